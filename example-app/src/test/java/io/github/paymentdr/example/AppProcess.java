package io.github.paymentdr.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The app in a process of its own, as Maven and the CDK CLI run it: CloudFormation's rules in
 * strict mode, no AWS credentials. The processes of a test class run side by side.
 */
final class AppProcess {
  private static final Path FOLDER = Path.of("target", "app-processes").toAbsolutePath();

  private final Path assembly;
  private final CompletableFuture<Integer> exitCode;

  private AppProcess(Path assembly, CompletableFuture<Integer> exitCode) {
    this.assembly = assembly;
    this.exitCode = exitCode;
  }

  /** Starts the app; its assembly and output stay below {@code target} as evidence. */
  static AppProcess start(String name, Map<String, String> environment, String... jvmOptions) {
    Path assembly = FOLDER.resolve(name);
    return new AppProcess(
        assembly, CompletableFuture.supplyAsync(() -> run(assembly, environment, jvmOptions)));
  }

  int exitCode() {
    return exitCode.join();
  }

  String output() {
    exitCode.join();
    return read(outputOf(assembly));
  }

  /** The folder of the assembly, which exists only if one was written. */
  Path assembly() {
    exitCode.join();
    return assembly;
  }

  RegionTemplate stack(String id) {
    return RegionTemplate.read(assembly(), id);
  }

  private static int run(Path assembly, Map<String, String> environment, String... jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PaymentDrApp.class.getName());
    try {
      deleteFolder(assembly);
      Files.createDirectories(FOLDER);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(outputOf(assembly).toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
      builder.environment().remove("CDK_VALIDATION");
      builder.environment().put("CDK_OUTDIR", assembly.toString());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("the app did not end: " + read(outputOf(assembly)));
      }
      return process.exitValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Path outputOf(Path assembly) {
    return assembly.resolveSibling(assembly.getFileName() + ".log");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteFolder(Path folder) throws IOException {
    if (Files.exists(folder)) {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
