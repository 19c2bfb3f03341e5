package io.github.paymentdr.payments.endpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of JavaScript the edge function may use. Runtime 2.0 of CloudFront Functions is ECMAScript
 * 5.1 with some of what came later ("JavaScript runtime 2.0 features for CloudFront Functions" in
 * the Amazon CloudFront developer guide), and a function with anything else is refused only when it
 * is deployed. This is a list of what is allowed, so that what nobody thought of is refused too; it
 * is narrower than the runtime.
 */
final class EdgeDialect {
  private static final String IMPORT = "import cf from 'cloudfront';\n";

  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<space>\\s+|//[^\\n]*)"
              + "|(?<number>[0-9][0-9.]*)"
              + "|(?<word>[A-Za-z_$][A-Za-z0-9_$]*)"
              + "|(?<text>'(?:[^'\\\\\\n]|\\\\.)*')"
              + "|(?<sign>>>>=|\\.\\.\\.|===|!==|>>>|<<=|>>=|\\*\\*=|&&=|\\|\\|=|\\?\\?=|=>|==|!=|<="
              + "|>=|&&|\\|\\||\\?\\?|\\?\\.|\\+\\+|--|\\+=|-=|\\*=|/=|%=|&=|\\|=|\\^=|<<|>>|\\*\\*|.)",
          Pattern.DOTALL);

  private static final Pattern REGEX =
      Pattern.compile("/(?:[^/\\\\\\n\\[]|\\\\.|\\[(?:[^\\]\\\\\\n]|\\\\.)*\\])+/[a-z]*");

  private static final ImmutableSet<String> KEYWORDS =
      ImmutableSet.of(
          "async",
          "await",
          "break",
          "case",
          "catch",
          "const",
          "continue",
          "default",
          "delete",
          "do",
          "else",
          "false",
          "finally",
          "for",
          "function",
          "if",
          "in",
          "instanceof",
          "let",
          "new",
          "null",
          "return",
          "switch",
          "throw",
          "true",
          "try",
          "typeof",
          "var",
          "void",
          "while");

  private static final ImmutableSet<String> REFUSED_WORDS =
      ImmutableSet.of(
          "arguments",
          "class",
          "debugger",
          "enum",
          "eval",
          "export",
          "extends",
          "import",
          "of",
          "static",
          "super",
          "this",
          "with",
          "yield");

  private static final ImmutableSet<String> SIGNS =
      ImmutableSet.of(
          "{", "}", "(", ")", "[", "]", ";", ",", ":", ".", "?", "=", "===", "!==", "<", ">", "<=",
          ">=", "+", "-", "*", "/", "%", "++", "+=", "|=", "^", "&", "|", "!", "&&", "||");

  private static final ImmutableSet<String> GLOBALS =
      ImmutableSet.of(
          "Array",
          "Buffer",
          "Date",
          "Error",
          "JSON",
          "Math",
          "Number",
          "Object",
          "String",
          "cf",
          "console",
          "isFinite",
          "isNaN",
          "parseInt",
          "require",
          "undefined");

  /** Methods of the runtime that are documented for it. */
  private static final ImmutableSet<String> METHODS =
      ImmutableSet.of(
          "charCodeAt",
          "createHmac",
          "digest",
          "exec",
          "exists",
          "floor",
          "from",
          "get",
          "includes",
          "indexOf",
          "isArray",
          "keys",
          "kvs",
          "log",
          "now",
          "parse",
          "split",
          "stringify",
          "substring",
          "test",
          "toString",
          "update",
          "updateRequestOrigin");

  /** Members of the event, of tokens, and of what the function itself makes. */
  private static final ImmutableSet<String> DATA =
      ImmutableSet.of(
          "alg",
          "authorization",
          "crit",
          "exp",
          "headers",
          "iat",
          "kid",
          "length",
          "method",
          "multiValue",
          "nbf",
          "querystring",
          "request",
          "sub",
          "uri",
          "value");

  private static final ImmutableList<String> MODULES = ImmutableList.of("'crypto'", "'buffer'");

  private record Token(String kind, String text, int line) {
    boolean is(String expected) {
      return text.equals(expected) && !kind.equals("text");
    }

    boolean isName() {
      return kind.equals("word") && !KEYWORDS.contains(text);
    }
  }

  private final List<Token> tokens = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final Set<String> declared = new LinkedHashSet<>();

  private EdgeDialect() {}

  /** One line for each use of what is not allowed. */
  static List<String> faultsIn(String source) {
    EdgeDialect dialect = new EdgeDialect();
    if (!source.startsWith(IMPORT)) {
      return List.of("line 1: the module must be imported by " + IMPORT.strip());
    }
    dialect.read(source.substring(IMPORT.length()));
    dialect.collectDeclarations();
    dialect.check();
    return dialect.faults;
  }

  private void read(String source) {
    int line = 2;
    int at = 0;
    while (at < source.length()) {
      Matcher matcher = beginsRegex(source, at) ? REGEX.matcher(source) : TOKEN.matcher(source);
      matcher.region(at, source.length());
      if (!matcher.lookingAt()) {
        faults.add("line " + line + ": " + source.charAt(at) + " begins nothing");
        return;
      }
      String text = matcher.group();
      if (matcher.pattern() == REGEX) {
        tokens.add(new Token("regex", text, line));
      } else if (matcher.group("space") == null) {
        tokens.add(new Token(kindOf(matcher), text, line));
      }
      line += (int) text.chars().filter(character -> character == '\n').count();
      at = matcher.end();
    }
  }

  private static String kindOf(Matcher matcher) {
    return List.of("number", "word", "text", "sign").stream()
        .filter(kind -> matcher.group(kind) != null)
        .findFirst()
        .orElseThrow();
  }

  /** A slash after an operand divides; anywhere else it begins a regular expression. */
  private boolean beginsRegex(String source, int at) {
    if (source.charAt(at) != '/' || source.startsWith("//", at)) {
      return false;
    }
    if (tokens.isEmpty()) {
      return true;
    }
    Token before = tokens.get(tokens.size() - 1);
    boolean isOperand =
        before.isName()
            || List.of("number", "text", "regex").contains(before.kind())
            || List.of(")", "]", "}").contains(before.text());
    return !isOperand;
  }

  private Token at(int index) {
    return index >= 0 && index < tokens.size() ? tokens.get(index) : new Token("end", "", 0);
  }

  private void fault(Token token, String text) {
    faults.add("line " + token.line() + ": " + text);
  }

  private void collectDeclarations() {
    for (int i = 0; i < tokens.size(); i++) {
      if (List.of("const", "let", "var", "function", "catch").contains(at(i).text())) {
        collect(i);
      }
    }
  }

  private void collect(int i) {
    Token token = at(i);
    if (token.is("catch")) {
      declare(at(i + 2));
      return;
    }
    if (!token.is("function")) {
      declare(at(i + 1));
      return;
    }
    int open = at(i + 1).is("(") ? i + 1 : i + 2;
    if (open == i + 2) {
      declare(at(i + 1));
    }
    for (int next = open + 1; !at(next).is(")"); next += at(next + 1).is(",") ? 2 : 1) {
      declare(at(next));
      if (!at(next).isName() || !(at(next + 1).is(",") || at(next + 1).is(")"))) {
        fault(at(next), "a parameter must be a plain name");
        return;
      }
    }
  }

  private void declare(Token name) {
    if (name.isName()) {
      declared.add(name.text());
    } else {
      fault(name, "'" + name.text() + "' is not a plain name to declare");
    }
  }

  private void check() {
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = at(i);
      depth += token.is("{") ? 1 : token.is("}") ? -1 : 0;
      switch (token.kind()) {
        case "word" -> checkWord(i, depth);
        case "sign" -> checkSign(i);
        case "regex" -> checkRegex(token);
        default -> checkAscii(token);
      }
    }
  }

  private void checkWord(int i, int depth) {
    Token token = at(i);
    if (at(i - 1).is(".")) {
      if (!METHODS.contains(token.text()) && !DATA.contains(token.text())) {
        fault(token, "the member '" + token.text() + "' is not on the list");
      }
    } else if (REFUSED_WORDS.contains(token.text())) {
      fault(token, "'" + token.text() + "' is not allowed");
    } else if (token.is("async") && (depth != 0 || !at(i + 1).is("function"))) {
      fault(token, "only functions at the top may be async");
    } else if (token.isName()
        && !declared.contains(token.text())
        && !GLOBALS.contains(token.text())
        && !isKey(i)) {
      fault(token, "the runtime has no global '" + token.text() + "'");
    } else if (token.is("require") && !MODULES.contains(at(i + 2).text())) {
      fault(token, "the runtime has no module " + at(i + 2).text());
    }
  }

  private boolean isKey(int i) {
    return at(i + 1).is(":") && (at(i - 1).is("{") || at(i - 1).is(","));
  }

  private void checkSign(int i) {
    Token token = at(i);
    if (!SIGNS.contains(token.text())) {
      fault(token, "'" + token.text() + "' is not allowed");
    } else if (token.is("*") && at(i - 1).is("function")) {
      fault(token, "generators are not allowed");
    } else if (token.is("{") && beginsObject(i)) {
      checkKeys(i);
    }
  }

  private boolean beginsObject(int i) {
    Token before = at(i - 1);
    return List.of("(", ",", "=", ":", "[", "?", "return").contains(before.text())
        && !before.kind().equals("text");
  }

  /** Keys are written out: no shorthand, no computed keys, no methods. */
  private void checkKeys(int open) {
    int depth = 0;
    for (int i = open; i < tokens.size(); i++) {
      Token token = at(i);
      boolean expectsKey = depth == 1 && (at(i - 1).is(",") || i == open + 1);
      if (expectsKey && !token.is("}")) {
        boolean isKey = List.of("word", "text").contains(token.kind()) && at(i + 1).is(":");
        if (!isKey) {
          fault(token, "'" + token.text() + "' is not a key with its value");
        }
      }
      if (List.of("{", "(", "[").contains(token.text())) {
        depth++;
      } else if (List.of("}", ")", "]").contains(token.text()) && --depth == 0) {
        return;
      }
    }
  }

  private void checkRegex(Token token) {
    checkAscii(token);
    if (token.text().contains("(?") || token.text().contains("\\p")) {
      fault(token, "the regular expression " + token.text() + " has more than ECMAScript 5.1");
    }
    if (!token.text().matches("(?s).*/[gim]*")) {
      fault(token, "the regular expression " + token.text() + " has a flag that is not allowed");
    }
  }

  private void checkAscii(Token token) {
    if (!token.text().chars().allMatch(character -> character >= ' ' && character < 127)) {
      fault(token, "only ASCII is allowed");
    }
  }
}
