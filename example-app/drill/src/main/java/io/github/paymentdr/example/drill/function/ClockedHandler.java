package io.github.paymentdr.example.drill.function;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * The handler that {@code DRILL_HANDLER} names, made as Lambda makes it, with one change: all wall
 * clocks of its parts go by the file {@code DRILL_CLOCK}. A Java program has no other way to a
 * clock of its own that is wrong.
 */
public final class ClockedHandler implements RequestStreamHandler {
  private static final String OURS = "io.github.paymentdr.";

  private final RequestStreamHandler handler;

  /** Makes it from the environment. */
  public ClockedHandler() throws ReflectiveOperationException {
    handler =
        Class.forName(System.getenv("DRILL_HANDLER"))
            .asSubclass(RequestStreamHandler.class)
            .getConstructor()
            .newInstance();
    OffsetClock clock = OffsetClock.of(Path.of(System.getenv("DRILL_CLOCK")));
    int replaced =
        replaceClocks(handler, clock, Collections.newSetFromMap(new IdentityHashMap<>()));
    if (replaced == 0) {
      throw new IllegalStateException(handler + " has no clock");
    }
  }

  @Override
  public void handleRequest(InputStream event, OutputStream response, Context context)
      throws IOException {
    handler.handleRequest(event, response, context);
  }

  private static int replaceClocks(Object part, Clock clock, Set<Object> seen)
      throws IllegalAccessException {
    if (!part.getClass().getName().startsWith(OURS)
        || part.getClass().isHidden()
        || !seen.add(part)) {
      return 0;
    }
    int replaced = 0;
    for (Field field : part.getClass().getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
        continue;
      }
      field.setAccessible(true);
      if (field.getType() == Clock.class) {
        field.set(part, clock);
        replaced++;
      } else {
        Object value = field.get(part);
        if (value != null) {
          replaced += replaceClocks(value, clock, seen);
        }
      }
    }
    return replaced;
  }
}
