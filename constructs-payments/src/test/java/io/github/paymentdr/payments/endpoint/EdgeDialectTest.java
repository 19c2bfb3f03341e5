package io.github.paymentdr.payments.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.core.region.RegionPair;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The edge function is written in the dialect of CloudFront Functions")
class EdgeDialectTest {
  private static final String IMPORT = "import cf from 'cloudfront';\n";
  private static final RegionPair LONGEST = RegionPair.of("ap-southeast-1", "ap-southeast-2");

  private static String source() {
    return EdgeFunctionCode.of(LONGEST, EndpointAccess.bearerTokens(), true);
  }

  @Test
  void usesNothingThatTheRuntimeLacks() {
    assertThat(EdgeDialect.faultsIn(source())).isEmpty();
  }

  @Test
  void isNotTooLargeForCloudFront() {
    assertThat(source().getBytes(UTF_8).length).isLessThan(EdgeFunctionCode.MAX_BYTES);
  }

  @Test
  void hasNothingLeftToFillIn() {
    assertThat(source()).doesNotContain("%").contains("'ap-southeast-1,ap-southeast-2'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "class A {}|'class' is not allowed",
        "for (const a of [1]) {}|'of' is not allowed",
        "const a = {}; const b = a?.b;|'?.' is not allowed",
        "const a = null ?? 1;|'??' is not allowed",
        "const a = [1]; const b = [...a];|'...' is not allowed",
        "const { a } = {};|'{' is not a plain name to declare",
        "const [a] = [];|'[' is not a plain name to declare",
        "const a = 1; const b = { a };|'a' is not a key with its value",
        "const a = { b() { return 1; } };|'b' is not a key with its value",
        "const a = { [1]: 1 };|'[' is not a key with its value",
        "const a = () => 1;|'=>' is not allowed",
        "function a(b = 1) {}|a parameter must be a plain name",
        "function* a() {}|generators are not allowed",
        "function a() { const b = async function () {}; }|only functions at the top may be async",
        "const a = async () => 1;|only functions at the top may be async",
        "fetch('https://example.com');|the runtime has no global 'fetch'",
        "setTimeout(null, 1);|the runtime has no global 'setTimeout'",
        "const a = process.env;|the runtime has no global 'process'",
        "const a = new Function('return 1');|the runtime has no global 'Function'",
        "eval('1');|'eval' is not allowed",
        "const a = require('fs');|the runtime has no module 'fs'",
        "const a = [1].flat();|the member 'flat' is not on the list",
        "const a = /(?<=b)c/;|the regular expression /(?<=b)c/ has more than ECMAScript 5.1",
        "const a = /b/s;|the regular expression /b/s has a flag that is not allowed",
        "const a = `b`;|'`' is not allowed",
        "const a = '\u00e4';|only ASCII is allowed",
        "import b from 'b';|'import' is not allowed",
        "export { cf };|'export' is not allowed"
      })
  void canTell(String code, String fault) {
    assertThat(EdgeDialect.faultsIn(IMPORT + code + "\n")).contains("line 2: " + fault);
  }

  @Test
  void canTellThatTheModuleIsMissing() {
    assertThat(EdgeDialect.faultsIn("const a = 1;\n"))
        .containsExactly("line 1: the module must be imported by import cf from 'cloudfront';");
  }

  @Test
  void namesTheLineAndGoesOn() {
    assertThat(EdgeDialect.faultsIn(IMPORT + "const a = 1; // class\nclass B {}\nyield(a);\n"))
        .contains("line 3: 'class' is not allowed", "line 4: 'yield' is not allowed");
  }
}
