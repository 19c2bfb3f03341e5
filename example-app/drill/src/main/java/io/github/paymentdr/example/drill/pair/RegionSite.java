package io.github.paymentdr.example.drill.pair;

import io.github.paymentdr.example.drill.function.OffsetClock;
import io.github.paymentdr.runtime.testing.LambdaProcess;
import io.github.paymentdr.runtime.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What of a region stays when its pair ends, for the next pair on the lane: the ways to its
 * database server and to AWS, the clock, and those instances of the payment function that are well
 * and have nothing to do. They are to the next pair what instances are in Lambda that another
 * request has left warm: they have read nothing that a request may believe.
 */
final class RegionSite implements AutoCloseable {
  private final String region;
  private final RegionDatabase database;
  private final HttpPort aws = HttpPort.open();
  private final Path clockFile = newClockFile();
  private final OffsetClock clock = OffsetClock.of(clockFile);
  private final List<Kept> kept = new ArrayList<>();
  private int begun;
  private volatile Consumer<String> log = line -> {};

  private record Kept(LambdaProcess process, Map<String, String> configuration) {
    boolean isOf(Map<String, String> asked) {
      return process.isAlive() && configuration.equals(asked);
    }
  }

  RegionSite(TestServer server, String database) {
    region = server.region();
    this.database = new RegionDatabase(server, database);
  }

  /** {@return the region's name} */
  String region() {
    return region;
  }

  RegionDatabase database() {
    return database;
  }

  /** {@return where the region's functions reach AWS} */
  HttpPort aws() {
    return aws;
  }

  /** {@return the wall clock of the region's functions} */
  OffsetClock clock() {
    return clock;
  }

  /** From now on this one is told each line that an instance writes. */
  void logTo(Consumer<String> newLog) {
    log = newLog;
  }

  /**
   * {@return an instance of the payment function: one that was kept, or one that begins}
   *
   * @param configuration the environment variables that the pair knows
   */
  synchronized LambdaProcess instance(Map<String, String> configuration) {
    while (!kept.isEmpty()) {
      Kept next = kept.remove(0);
      if (next.isOf(configuration)) {
        return next.process();
      }
      next.process().kill();
    }
    return begin(configuration);
  }

  /** Keeps instances with this configuration that have nothing to do. */
  synchronized void keep(List<LambdaProcess> idle, Map<String, String> configuration) {
    idle.forEach(process -> kept.add(new Kept(process, configuration)));
  }

  /** Each instance has an access key of its own, by which its requests are known. */
  private LambdaProcess begin(Map<String, String> configuration) {
    Map<String, String> environment = new HashMap<>(configuration);
    environment.put("DB_HOST", "localhost");
    environment.put("DB_PORT", String.valueOf(database.port()));
    environment.put("DB_NAME", database.name());
    environment.put("DB_TRUST_STORE_PEM", database.server().authority().toString());
    environment.put("AWS_ACCESS_KEY_ID", AwsDoor.accessKey(region) + ++begun);
    // As with SnapStart: it has loaded and tried everything before the first request.
    environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    environment.put("DRILL_CLOCK", clockFile.toString());
    FunctionArtifact artifact = FunctionArtifact.get();
    return LambdaProcess.start(
        new LambdaProcess.Settings(
            artifact.classPath(),
            FunctionArtifact.HANDLER,
            environment,
            aws.uri(),
            artifact.jvmOptions(),
            line -> log.accept(line),
            ProcessBuilder.Redirect.appendTo(artifact.errors().toFile())));
  }

  private static Path newClockFile() {
    try {
      Path file = Files.createTempFile("drill-clock", "");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the instances that were kept, as the end of a region does. */
  synchronized void kill() {
    kept.forEach(one -> one.process().kill());
    kept.clear();
  }

  /** Ends what was kept; the server goes on. */
  @Override
  public void close() {
    kill();
    aws.close();
    database.close();
  }
}
