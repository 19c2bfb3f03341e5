package io.github.paymentdr.payments.determinism;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("the same code gives the same bytes, whatever the machine")
class DeterminismTest {
  private static final int MOST_STARTS = 40;

  /** Language, country, time zone and hash code. In Turkish, i and I are of different letters. */
  private static final ImmutableList<String> TURKISH =
      ImmutableList.of("tr", "TR", "America/St_Johns", "0");

  /** Arabic has digits of its own, and Kiritimati is the first to see a new day. */
  private static final ImmutableList<String> ARABIC =
      ImmutableList.of("ar", "EG", "Pacific/Kiritimati", "5");

  @TempDir private Path folder;

  @Test
  void inTwoProcessesThatHaveNothingInCommon() throws IOException {
    CompletableFuture<Void> here =
        CompletableFuture.runAsync(
            () -> synthesise("ab", TURKISH, folder.resolve("here"), folder.resolve("again")));
    CompletableFuture<Void> there =
        CompletableFuture.runAsync(() -> synthesise("ba", ARABIC, folder.resolve("there")));
    CompletableFuture.allOf(here, there).join();

    assertThat(filesIn(folder.resolve("here")))
        .contains("All-us-east-1.template.json", "All-us-west-2.template.json");
    assertThat(differences(folder.resolve("here"), folder.resolve("again")))
        .as("twice in one process")
        .isEmpty();
    assertThat(differences(folder.resolve("here"), folder.resolve("there")))
        .as("with another locale, time zone, hash code and order of immutable sets")
        .isEmpty();
  }

  @Test
  void canFail() throws IOException {
    Path one = Files.createDirectory(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    Files.writeString(one.resolve("same"), "{}", UTF_8);
    Files.writeString(two.resolve("same"), "{}", UTF_8);
    Files.writeString(one.resolve("order"), "[1,2]", UTF_8);
    Files.writeString(two.resolve("order"), "[2,1]", UTF_8);
    Files.writeString(two.resolve("more"), "{}", UTF_8);
    assertThat(differences(one, two)).containsExactly("more", "order");
  }

  /** Starts JVMs until one has the wanted order, which is the toss of a coin and soon told. */
  private static void synthesise(String order, List<String> machine, Path... folders) {
    for (int start = 0; start < MOST_STARTS; start++) {
      if (isDone(order, machine, folders)) {
        return;
      }
    }
    throw new AssertionError("no JVM of " + MOST_STARTS + " has the order " + order);
  }

  private static boolean isDone(String order, List<String> machine, Path... folders) {
    ImmutableList<String> command =
        ImmutableList.<String>builder()
            .add(Path.of(System.getProperty("java.home"), "bin", "java").toString())
            .add("-XX:TieredStopAtLevel=1", "-Xshare:auto")
            .add("-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=" + machine.get(3))
            .add("-Duser.language=" + machine.get(0), "-Duser.country=" + machine.get(1))
            .add("-Duser.timezone=" + machine.get(2))
            .add("-cp", System.getProperty("java.class.path"))
            .add(SynthesisProcess.class.getName(), order)
            .addAll(Stream.of(folders).map(Path::toString).toList())
            .build();
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int exit = process.waitFor();
      if (exit != 0 && exit != SynthesisProcess.OTHER_ORDER) {
        throw new AssertionError("the process ended with " + exit + ":\n" + output);
      }
      return exit == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The files that only one of the folders has, or that differ. */
  private static Set<String> differences(Path one, Path two) throws IOException {
    Set<String> differing = new TreeSet<>();
    for (String file : Sets.union(filesIn(one), filesIn(two))) {
      boolean isInBoth = Files.exists(one.resolve(file)) && Files.exists(two.resolve(file));
      if (!isInBoth || Files.mismatch(one.resolve(file), two.resolve(file)) >= 0) {
        differing.add(file);
      }
    }
    return differing;
  }

  private static Set<String> filesIn(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return Sets.newTreeSet(
          files
              .filter(Files::isRegularFile)
              .map(file -> root.relativize(file).toString())
              .toList());
    }
  }
}
