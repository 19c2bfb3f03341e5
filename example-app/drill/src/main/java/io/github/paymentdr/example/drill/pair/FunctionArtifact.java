package io.github.paymentdr.example.drill.pair;

import io.github.paymentdr.example.drill.function.ClockedHandler;
import io.github.paymentdr.example.drill.function.OffsetClock;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.testing.LambdaProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The packaged payment function, and what lets many processes of it begin fast: an archive of its
 * classes for the JVM, made once for each artifact.
 */
final class FunctionArtifact {
  static final String HANDLER = ClockedHandler.class.getName();

  /** The version that the servers here agree to. */
  static final String TLS = "TLSv1.2";

  private static final Path JAR =
      Path.of("..", "payment-handler", "target", "payment-handler.jar")
          .toAbsolutePath()
          .normalize();
  private static final Path FOLDER = Path.of("target", "function").toAbsolutePath();

  /**
   * A small machine: one core, no threads for collecting garbage. It lives for seconds, so that
   * little of it pays to be compiled, and nobody takes the snapshot that the interface client
   * tidies up for. Of TLS it offers what the servers here agree to, and nothing for which it would
   * make keys by elliptic curves in vain; and it reads no authorities but those that it is given.
   */
  private static final List<String> SMALL =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:ActiveProcessorCount=1",
          "-XX:CompileThresholdScaling=3",
          "-XX:+DisableExplicitGC",
          "-Xss512k",
          "-Xshare:auto",
          "-Djavax.net.ssl.trustStore=NONE",
          "-Djdk.tls.client.protocols=" + TLS);

  private final Path beside;
  private final Path archive;

  private FunctionArtifact(Path beside, Path archive) {
    this.beside = beside;
    this.archive = archive;
  }

  private static @Nullable FunctionArtifact prepared;

  /** {@return the artifact of this build, which {@link #prepare} has prepared} */
  static synchronized FunctionArtifact get() {
    return Objects.requireNonNull(prepared);
  }

  /** Prepares it, if it is not; a server without its tables is enough for that. */
  static synchronized void prepare(DatabaseServer server) {
    if (prepared == null) {
      prepared = prepareAlone(server);
    }
  }

  List<Path> classPath() {
    return List.of(JAR, beside);
  }

  /** {@return where the processes' standard error goes} */
  Path errors() {
    return FOLDER.resolve("errors.log");
  }

  List<String> jvmOptions() {
    List<String> options = new ArrayList<>(SMALL);
    options.add("-XX:SharedArchiveFile=" + archive);
    return options;
  }

  private static FunctionArtifact prepareAlone(DatabaseServer server) {
    if (!Files.exists(JAR)) {
      throw new IllegalStateException("the payment function is not packaged; there is no " + JAR);
    }
    try {
      Files.createDirectories(FOLDER);
      // Two test processes may come here at once.
      try (FileChannel channel =
              FileChannel.open(
                  FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        Objects.requireNonNull(lock);
        return archived(server);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FunctionArtifact archived(DatabaseServer server)
      throws IOException, InterruptedException {
    byte[] beside = beside();
    CRC32 version = new CRC32();
    version.update(beside);
    version.update(
        (Files.getLastModifiedTime(JAR) + " " + Files.size(JAR) + " " + Runtime.version())
            .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    String name = Long.toHexString(version.getValue());
    Path jar = FOLDER.resolve(name + ".jar");
    Path archive = FOLDER.resolve(name + ".jsa");
    FunctionArtifact artifact = new FunctionArtifact(jar, archive);
    if (!Files.exists(archive)) {
      Files.write(jar, beside);
      artifact.train(server);
    }
    return artifact;
  }

  /**
   * Runs it once with nothing but an empty database around it, which loads its classes, and keeps
   * them.
   */
  private void train(DatabaseServer server) throws IOException, InterruptedException {
    Path unfinished = FOLDER.resolve("unfinished.jsa");
    List<String> options = new ArrayList<>(SMALL);
    options.add("-XX:ArchiveClassesAtExit=" + unfinished);
    Map<String, String> environment = new HashMap<>();
    environment.put("AWS_REGION", "us-east-1");
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    environment.put("DB_HOST", server.host());
    environment.put("DB_PORT", String.valueOf(server.port()));
    environment.put("DB_NAME", server.database());
    environment.put("DB_USER", "postgres");
    environment.put("SESSION_TABLE", "sessions");
    environment.put("CONTROL_TABLE", "control");
    environment.put("LEASE_MILLIS", "5000");
    environment.put("REGION_ROLE", "PRIMARY");
    environment.put("DRILL_HANDLER", FailoverTemplate.ofPrimary().paymentHandler());
    environment.put("DB_TRUST_STORE_PEM", server.trust().toString());
    environment.put("DRILL_CLOCK", FOLDER.resolve("clock").toString());
    try (AwsStub nobody = AwsStub.start();
        LambdaProcess process =
            LambdaProcess.start(
                new LambdaProcess.Settings(
                    classPath(),
                    HANDLER,
                    environment,
                    nobody.endpoint(),
                    options,
                    line -> {},
                    ProcessBuilder.Redirect.DISCARD))) {
      if (!process.awaitReady(Duration.ofMinutes(2))) {
        throw new IllegalStateException(
            "the packaged function does not begin: " + process.output());
      }
      process.end();
    }
    if (Files.exists(unfinished)) {
      Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** {@return a jar with what is beside the artifact; the JVM archives no classes of folders} */
  private static byte[] beside() throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes)) {
      for (Class<?> type : List.of(ClockedHandler.class, OffsetClock.class)) {
        String name = type.getName().replace('.', '/') + ".class";
        JarEntry entry = new JarEntry(name);
        entry.setTime(0);
        jar.putNextEntry(entry);
        try (InputStream content = type.getResourceAsStream("/" + name)) {
          Objects.requireNonNull(content).transferTo((OutputStream) jar);
        }
      }
    }
    return bytes.toByteArray();
  }
}
