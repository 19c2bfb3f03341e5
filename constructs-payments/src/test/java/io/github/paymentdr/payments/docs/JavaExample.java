package io.github.paymentdr.payments.docs;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A Java block of a page, put into a stack that has what the pages take as given. */
final class JavaExample extends SimpleJavaFileObject {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```java\\n(.*?)^```$");

  private static final ImmutableList<String> IMPORTS =
      ImmutableList.of(
          "io.github.paymentdr.core.recovery.*",
          "io.github.paymentdr.core.region.*",
          "io.github.paymentdr.core.tagging.*",
          "io.github.paymentdr.payments.alarms.*",
          "io.github.paymentdr.payments.assets.*",
          "io.github.paymentdr.payments.backup.*",
          "io.github.paymentdr.payments.database.*",
          "io.github.paymentdr.payments.failover.*",
          "io.github.paymentdr.payments.endpoint.*",
          "io.github.paymentdr.payments.function.*",
          "io.github.paymentdr.payments.network.*",
          "io.github.paymentdr.payments.replication.*",
          "io.github.paymentdr.payments.session.*",
          "java.util.List",
          "software.amazon.awscdk.*",
          "software.amazon.awscdk.services.ec2.*",
          "software.amazon.awscdk.services.lambda.*");

  /** Fields, which an example may hide by a variable of its own. */
  private static final String GIVEN =
      """
      App app;
      RegionPair pair;
      DrNames names;
      DrNetwork network;
      DrPeering peering;
      DrAuroraCluster database;
      SchemaMigration migration;
      DrReplication replication;
      PaymentFunction function;
      RegionLease lease;
      DrFailover failover;
      SessionGlobalTable sessions;
      DrAlarms alarms;
      software.amazon.awscdk.services.iam.IRole caller;
      """;

  private final String name;
  private final String source;

  private JavaExample(String page, int number, String code) {
    this("Example" + page.replaceFirst("\\.md$", "") + number, page + ", example " + number, code);
  }

  private JavaExample(String className, String name, String code) {
    super(URI.create("string:///" + className + ".java"), Kind.SOURCE);
    this.name = name;
    this.source =
        IMPORTS.stream().map(type -> "import " + type + ";\n").collect(joining())
            + "class "
            + className
            + " extends Stack {\n"
            + GIVEN
            + "void example() {\n"
            + code
            + "}\n}\n";
  }

  static List<JavaExample> parse(String page, String markdown) {
    List<String> blocks = BLOCK.matcher(markdown).results().map(block -> block.group(1)).toList();
    return IntStream.range(0, blocks.size())
        .mapToObj(index -> new JavaExample(page, index + 1, blocks.get(index)))
        .toList();
  }

  /** What the compiler says, each fault with its page. */
  static List<String> compile(List<JavaExample> examples, Path output) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> faults = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none",
            "-classpath",
            System.getProperty("java.class.path"),
            "-d",
            output.toString());
    boolean compiled = compiler.getTask(null, null, faults, options, null, examples).call();
    List<String> errors =
        faults.getDiagnostics().stream()
            .filter(fault -> fault.getKind() == Diagnostic.Kind.ERROR)
            .map(JavaExample::describe)
            .toList();
    if (compiled != errors.isEmpty()) {
      throw new AssertionError("the compiler gave no reason: " + faults.getDiagnostics());
    }
    return errors;
  }

  @Override
  public CharSequence getCharContent(boolean ignoreEncodingErrors) {
    return source;
  }

  private static String describe(Diagnostic<? extends JavaFileObject> fault) {
    String where = fault.getSource() instanceof JavaExample example ? example.name : "options";
    return where + ": " + fault.getMessage(Locale.ROOT);
  }
}
