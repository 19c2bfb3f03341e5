package io.github.paymentdr.payments.replication;

import static io.github.paymentdr.payments.testing.Resources.child;
import static io.github.paymentdr.payments.testing.Resources.propertiesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.payments.internal.RuntimeCode;
import io.github.paymentdr.payments.testing.Synthesis;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.Size;
import software.amazon.awscdk.assertions.Template;

/** The template writes what the packaged runtime reads: neither compiler sees the other side. */
@DisplayName("D1: each function finds in its environment what its own code asks for")
class FunctionEnvironmentTest {
  private static final String HANDLERS = "io.github.paymentdr.runtime.lambda.";

  private static URLClassLoader runtime;

  @BeforeAll
  static void open() {
    URL jar = RuntimeCode.class.getResource("runtime.jar");
    runtime = new URLClassLoader(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
  }

  @AfterAll
  static void close() throws Exception {
    runtime.close();
  }

  private static Map<String, String> environmentOf(Template template, String handler) {
    Map<String, Object> function =
        propertiesOf(template, "AWS::Lambda::Function").stream()
            .filter(any -> (HANDLERS + handler + "::handleRequest").equals(any.get("Handler")))
            .findFirst()
            .orElseThrow();
    Map<String, String> variables = new LinkedHashMap<>();
    child(child(function, "Environment"), "Variables")
        .forEach(
            (name, value) ->
                variables.put(name, value instanceof String text ? text : "known-when-deployed"));
    variables.put("AWS_REGION", "the-functions-own");
    // Lambda unpacks the layer; here any file that can be read will do.
    variables.replace("DB_TRUST_STORE_PEM", Replicated.AUTHORITIES);
    return variables;
  }

  private static Object configure(String method, Map<String, String> variables) throws Throwable {
    Method read =
        runtime.loadClass(HANDLERS + "Configuration").getDeclaredMethod(method, Map.class);
    read.setAccessible(true);
    try {
      return read.invoke(null, variables);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Test
  void ofLogicalReplication() throws Throwable {
    Template primary =
        Synthesis.primary(
            stack ->
                Replicated.logical(stack)
                    .sequenceGap(1000)
                    .retainedWalLimit(Size.gibibytes(2))
                    .build());
    Template secondary = Synthesis.secondary(stack -> Replicated.logical(stack).build());
    assertThat(configure("ofControl", environmentOf(primary, "ReplicationHandler"))).isNotNull();
    assertThat(configure("ofControl", environmentOf(secondary, "ReplicationHandler"))).isNotNull();
    assertThat(configure("ofRotation", environmentOf(primary, "CredentialRotationHandler")))
        .isNotNull();
  }

  @Test
  void ofAGlobalDatabase() throws Throwable {
    Template template = Synthesis.secondary(stack -> Replicated.globalDatabase(stack).build());
    assertThat(configure("ofControl", environmentOf(template, "ReplicationHandler"))).isNotNull();
  }

  @Test
  void isMissedWhereItIsNotSet() {
    assertThatThrownBy(() -> configure("ofControl", Map.of("REPLICATION", "logical")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("REPORT_BUCKET must be set");
  }

  @Test
  @DisplayName("and handlers of the names that the functions have")
  void handlersExist() throws Exception {
    for (String handler : new String[] {"ReplicationHandler", "CredentialRotationHandler"}) {
      assertThat(runtime.loadClass(HANDLERS + handler).getConstructor()).isNotNull();
    }
  }
}
