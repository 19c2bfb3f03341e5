package io.github.paymentdr.runtime.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A folder for the data of test servers, below {@code target}. It goes with its servers when it is
 * closed, at the latest when the process ends; what a killed process has left goes with the next
 * run. A run takes gigabytes, so that a few forgotten ones fill a disk.
 */
public final class ServerFolder implements AutoCloseable {
  private static final Path ROOT = Path.of("target", "servers").toAbsolutePath();
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static final Set<ServerFolder> OPEN = ConcurrentHashMap.newKeySet();

  static {
    removeForgotten();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(ServerFolder::close)));
  }

  private final Path path;

  private ServerFolder(Path path) {
    this.path = path;
    OPEN.add(this);
  }

  /** {@return a new and empty folder} */
  public static ServerFolder create() {
    try {
      Path own = ROOT.resolve(String.valueOf(ProcessHandle.current().pid()));
      return new ServerFolder(
          Files.createDirectories(own.resolve(String.valueOf(COUNTER.incrementAndGet()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return where it is} */
  public Path path() {
    return path;
  }

  /** Kills the servers that run in it, if any, and deletes it. */
  @Override
  public void close() {
    if (OPEN.remove(this)) {
      remove(path);
    }
  }

  private static void removeForgotten() {
    if (!Files.isDirectory(ROOT)) {
      return;
    }
    try (Stream<Path> processes = Files.list(ROOT)) {
      processes.filter(ServerFolder::isForgotten).forEach(ServerFolder::remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isForgotten(Path ofProcess) {
    return ProcessHandle.of(Long.parseLong(ofProcess.getFileName().toString())).isEmpty();
  }

  private static void remove(Path folder) {
    try {
      for (Path pidFile : all(folder)) {
        if (pidFile.endsWith("postmaster.pid")) {
          kill(Long.parseLong(Files.readAllLines(pidFile).get(0).trim()));
        }
      }
      for (Path path : all(folder)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills a server and all its processes at once, as a lost machine does. */
  static void kill(long postmaster) {
    ProcessHandle.of(postmaster)
        .filter(process -> process.info().command().orElse("").endsWith("postgres"))
        .ifPresent(
            process -> {
              List<ProcessHandle> family =
                  Stream.concat(process.descendants(), Stream.of(process)).toList();
              family.forEach(ProcessHandle::destroyForcibly);
              family.forEach(ServerFolder::awaitEnd);
            });
  }

  /** {@link ProcessHandle#onExit()} looks only now and then at who is no child of this process. */
  private static void awaitEnd(ProcessHandle process) {
    Eventually.holds("a killed process is gone", () -> !process.isAlive());
  }

  /** {@return the ids of a server and its processes, the server first; empty if it is dead} */
  static List<Long> pids(long postmaster) {
    return ProcessHandle.of(postmaster)
        .filter(process -> process.info().command().orElse("").endsWith("postgres"))
        .map(
            process ->
                Stream.concat(Stream.of(process), process.descendants())
                    .map(ProcessHandle::pid)
                    .toList())
        .orElseGet(List::of);
  }

  /** Copies a folder to one that is not there; no server may run in it. */
  static void copy(Path folder, Path copy) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        // A server refuses a folder that others may read.
        Files.copy(path, copy.resolve(folder.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static List<Path> all(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}
