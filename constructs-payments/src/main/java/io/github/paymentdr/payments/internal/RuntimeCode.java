package io.github.paymentdr.payments.internal;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awscdk.services.lambda.Code;

/**
 * The library's own code that runs in Lambda. It lies in this artifact as a file with everything in
 * it, so that users neither build it nor have it on their classpath.
 */
public final class RuntimeCode {
  private static final String JAR = "runtime.jar";

  private RuntimeCode() {}

  private static final class Extracted {
    static final Path FILE = extract();
  }

  /** {@return the code, the same asset for every function that runs it} */
  public static Code asset() {
    return Code.fromAsset(Extracted.FILE.toString());
  }

  /** Assets are files; the CDK stages its own copy of it before the process ends. */
  private static Path extract() {
    try (InputStream jar = requireNonNull(RuntimeCode.class.getResourceAsStream(JAR), JAR)) {
      Path folder = Files.createTempDirectory("payment-dr-runtime");
      Path file = folder.resolve(JAR);
      Files.copy(jar, file);
      folder.toFile().deleteOnExit();
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("the runtime of the constructs cannot be read", e);
    }
  }
}
