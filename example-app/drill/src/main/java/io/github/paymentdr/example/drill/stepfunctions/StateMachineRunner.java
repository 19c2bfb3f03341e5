package io.github.paymentdr.example.drill.stepfunctions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.paymentdr.example.drill.stepfunctions.Execution.Status;
import io.github.paymentdr.example.drill.stepfunctions.ExecutionEvent.Kind;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The process of Node that interprets state machines, for any number of them and of executions.
 * {@code src/main/stepfunctions/runner.mjs} is its other side.
 */
public final class StateMachineRunner implements AutoCloseable {
  /** Installed by the build. */
  private static final Path FOLDER = Path.of("target", "stepfunctions").toAbsolutePath();

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedWriter toProcess;
  private final Map<String, Running> running = new ConcurrentHashMap<>();
  private final ExecutorService workers =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "state-machine-task");
            thread.setDaemon(true);
            return thread;
          });

  private StateMachineRunner(Process process) {
    this.process = process;
    this.toProcess = process.outputWriter(UTF_8);
    Thread reader = new Thread(this::read, "state-machine-runner");
    reader.setDaemon(true);
    reader.start();
  }

  private record Running(Execution execution, TaskWorker worker) {}

  /**
   * {@return where the build has installed what runs in Node}
   *
   * @throws IllegalStateException if it has not
   */
  public static Path folder() {
    if (!Files.exists(FOLDER.resolve("front.mjs"))) {
      throw new IllegalStateException(
          "what runs in Node is not installed; run `node"
              + " src/main/node/install.mjs src/main/stepfunctions target/stepfunctions` in example-app/drill");
    }
    return FOLDER;
  }

  /** Starts the process. */
  public static StateMachineRunner start() {
    Path script = folder().resolve("runner.mjs");
    try {
      return new StateMachineRunner(
          new ProcessBuilder("node", script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * {@return a state machine}
   *
   * @param arn its ARN, which the context object shows
   * @param definition its definition, with all functions of the template resolved
   * @param scale how fast its time passes
   * @param worker does its tasks
   */
  public StateMachine define(String arn, JsonNode definition, TimeScale scale, TaskWorker worker) {
    return new StateMachine(this, arn, definition, scale, worker);
  }

  Execution start(
      String machine,
      JsonNode definition,
      JsonNode input,
      TimeScale scale,
      TaskWorker worker,
      Consumer<ExecutionEvent> listener) {
    String name = UUID.randomUUID().toString();
    String id = machine.replace(":stateMachine:", ":execution:") + ":" + name;
    Instant now = Instant.now();
    Execution execution =
        new Execution(id, now, () -> write(JSON.createObjectNode().put("stop", id)), listener);
    running.put(id, new Running(execution, worker));
    ObjectNode message = JSON.createObjectNode().put("start", id);
    message.set("definition", definition);
    message.set("input", input);
    ObjectNode context = message.putObject("context");
    context.putObject("Execution").put("Id", id).put("Name", name).put("StartTime", now.toString());
    context
        .putObject("StateMachine")
        .put("Id", machine)
        .put("Name", machine.substring(machine.lastIndexOf(':') + 1));
    message
        .putObject("scale")
        .put("waitFactor", scale.waitFactor())
        .put("retryFactor", scale.retryFactor())
        .put("timeoutFactor", scale.timeoutFactor())
        .put("timestampFactor", scale.timestampFactor());
    write(message);
    return execution;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    workers.shutdownNow();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(JSON.readTree(line));
      }
    } catch (IOException e) {
      // It has ended; nothing more will come.
    }
    running.values().forEach(left -> left.execution().refuse("the interpreter has ended"));
  }

  private void take(JsonNode line) {
    String id = line.path("id").asText();
    Running at = running.get(id);
    if (at == null) {
      return;
    }
    if (line.has("call")) {
      workers.execute(() -> perform(line, at.worker()));
    } else if (line.has("event")) {
      at.execution()
          .tell(
              new ExecutionEvent(
                  Kind.valueOf(line.get("event").asText().toUpperCase(Locale.ROOT)),
                  line.get("state").asText(),
                  Instant.ofEpochMilli(line.get("at").asLong()),
                  line));
    } else if (line.has("end")) {
      running.remove(id);
      at.execution().finish(Status.valueOf(line.get("end").asText()), line);
    } else {
      running.remove(id);
      at.execution().refuse(line.get("invalid").asText());
    }
  }

  private void perform(JsonNode line, TaskWorker worker) {
    ObjectNode answer = JSON.createObjectNode().put("answer", line.get("call").asLong());
    try {
      answer.set(
          "result",
          worker.perform(
              new Task(
                  line.get("id").asText(),
                  line.get("state").asText(),
                  line.get("resource").asText(),
                  line.get("parameters"))));
    } catch (TaskFailure e) {
      answer.put("error", e.error()).put("cause", e.cause());
    } catch (RuntimeException | Error e) {
      answer.put("error", "States.TaskFailed").put("cause", e.toString());
    }
    write(answer);
  }

  private void write(JsonNode message) {
    try {
      String line = JSON.writeValueAsString(message);
      synchronized (toProcess) {
        toProcess.write(line);
        toProcess.newLine();
        toProcess.flush();
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    } catch (IOException e) {
      if (process.isAlive()) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
