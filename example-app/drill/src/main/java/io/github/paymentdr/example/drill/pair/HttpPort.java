package io.github.paymentdr.example.drill.pair;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A port of this machine that stays the same while those change who answer its requests. */
final class HttpPort implements AutoCloseable {
  private static final HttpHandler NOBODY =
      exchange -> {
        throw new IOException("nobody is behind this port");
      };

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(Daemons::thread);
  private volatile HttpHandler behind = NOBODY;

  private HttpPort() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  static HttpPort open() {
    try {
      return new HttpPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on requests are answered by this one; an exception ends their connection. */
  void leadTo(HttpHandler handler) {
    behind = handler;
  }

  /** From now on the connections of requests end without an answer. */
  void leadNowhere() {
    behind = NOBODY;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      behind.handle(exchange);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
