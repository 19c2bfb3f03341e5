package io.github.paymentdr.runtime.log;

import io.github.paymentdr.runtime.json.Json;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines as JSON objects, one a line. No secret and no row of a table may be given to it.
 */
public final class Log {
  private final PrintStream out;
  private final Map<String, Object> always;

  /**
   * Makes a log.
   *
   * @param out where the lines go
   * @param always the members of every line, for example the operation
   */
  public Log(PrintStream out, Map<String, Object> always) {
    this.out = out;
    this.always = new LinkedHashMap<>(always);
  }

  /**
   * Says that something happened.
   *
   * @param message what happened, for people
   * @param details what is worth searching for, keys and values in turn
   */
  public void info(String message, @Nullable Object... details) {
    write("INFO", message, details);
  }

  /**
   * Says that something needs a person's eyes.
   *
   * @param message what happened and what to do
   * @param details what is worth searching for, keys and values in turn
   */
  public void warn(String message, @Nullable Object... details) {
    write("WARN", message, details);
  }

  /**
   * Writes a line as it is, for example one with metrics in it.
   *
   * @param members the members of the line
   */
  public void line(Map<String, ? extends @Nullable Object> members) {
    // One call, so that the lines of two threads cannot mix.
    out.println(Json.write(members));
  }

  private void write(String level, String message, @Nullable Object... details) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("level", level);
    line.put("message", message);
    line.putAll(always);
    for (int i = 0; i + 1 < details.length; i += 2) {
      line.put(String.valueOf(details[i]), details[i + 1]);
    }
    line(line);
  }
}
