package io.github.paymentdr.example.drill.pair;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * A function whose handler runs in this process: the real one, an instance for each request that is
 * underway, as Lambda has it.
 */
final class HandlerFunction extends LambdaFunction {
  private final Supplier<RequestStreamHandler> handlers;
  private final Queue<RequestStreamHandler> idle = new ConcurrentLinkedQueue<>();

  HandlerFunction(
      String name, Duration timeout, Gate gate, Supplier<RequestStreamHandler> handlers) {
    super(name, timeout, gate);
    this.handlers = handlers;
  }

  @Override
  byte[] call(byte[] event, Duration time) throws IOException {
    RequestStreamHandler handler = idle.poll();
    if (handler == null) {
      handler = handlers.get();
    }
    try {
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      handler.handleRequest(
          new ByteArrayInputStream(event), answer, new LambdaContext(name(), time));
      return answer.toByteArray();
    } finally {
      idle.add(handler);
    }
  }

  /** Forgets all instances, as the end of a region does. */
  @Override
  void restart() {
    idle.clear();
  }
}
