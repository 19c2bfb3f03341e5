package io.github.paymentdr.runtime.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The link between two regions: a TCP proxy before a server that can be cut, hang, be slow and
 * narrow, and heal.
 */
public final class LinkProxy implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;
  private static final long SHORTEST_SLEEP_NANOS = 2_000_000;
  private static final int CHUNKS_UNDERWAY = 1024;
  private static final Chunk END = new Chunk(ByteBuffer.allocate(0), 0);

  private enum State {
    OPEN,
    HANGING,
    CUT
  }

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private final Object change = new Object();
  private volatile State state = State.OPEN;
  private volatile long delayToServer;
  private volatile long delayToClient;
  private volatile long bytesPerSecond = Long.MAX_VALUE;
  private volatile long triggerAt = Long.MAX_VALUE;
  private volatile Runnable trigger = () -> {};

  private LinkProxy(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  /** What is underway, and when it arrives. */
  private record Chunk(ByteBuffer data, long due) {
    int length() {
      return data.capacity();
    }

    boolean isEnd() {
      return length() == 0;
    }
  }

  /** Starts a link to a port of this machine. */
  public static LinkProxy to(int target) {
    try {
      LinkProxy proxy =
          new LinkProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
      start("accept", proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return where clients connect to} */
  public int port() {
    return listener.getLocalPort();
  }

  /** {@return how many connections there have been} */
  public int connections() {
    return connections.get();
  }

  /** {@return how many bytes have passed in both directions} */
  public long bytes() {
    return bytes.get();
  }

  public boolean isOpen() {
    return state == State.OPEN;
  }

  /** Resets all connections, and each new one. */
  public void cut() {
    become(State.CUT);
    sockets.forEach(LinkProxy::reset);
  }

  /** Lets nothing pass any more and tells nobody; who connects is accepted and never answered. */
  public void hang() {
    become(State.HANGING);
  }

  /** Lets everything pass again, also what has hung. */
  public void heal() {
    become(State.OPEN);
  }

  /** Makes the way longer. */
  public void delay(Duration toServer, Duration toClient) {
    delayToServer = toServer.toNanos();
    delayToClient = toClient.toNanos();
  }

  /** Makes the way narrower, for each connection and direction. */
  public void limit(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
  }

  /** Runs something, such as a cut, once so many bytes more have passed. */
  public void after(long moreBytes, Runnable action) {
    trigger = action;
    triggerAt = bytes.get() + moreBytes;
  }

  @Override
  public void close() {
    cut();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void become(State next) {
    synchronized (change) {
      state = next;
      change.notifyAll();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        start("connect", () -> connect(client));
      } catch (IOException e) {
        // Closed.
        return;
      }
    }
  }

  private void connect(Socket client) {
    sockets.add(client);
    awaitPassage();
    if (state == State.CUT) {
      forget(client);
      return;
    }
    try {
      Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(server);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      connections.incrementAndGet();
      Direction toServer = new Direction(client, server, true);
      Direction toClient = new Direction(server, client, false);
      start("read", toClient::read);
      toServer.read();
    } catch (IOException e) {
      forget(client);
    }
  }

  /**
   * One direction of a connection. What need not wait is passed on by the thread that has read it;
   * from the first chunk that must, another one delivers until nothing is underway any more.
   */
  private final class Direction {
    private final Socket from;
    private final Socket to;
    private final boolean isToServer;
    private final LinkedBlockingQueue<Chunk> queue = new LinkedBlockingQueue<>(CHUNKS_UNDERWAY);
    private final AtomicInteger underway = new AtomicInteger();
    private boolean hasWriter;

    Direction(Socket from, Socket to, boolean isToServer) {
      this.from = from;
      this.to = to;
      this.isToServer = isToServer;
    }

    void read() {
      byte[] buffer = new byte[CHUNK];
      try {
        for (int n = from.getInputStream().read(buffer); n >= 0; ) {
          pass(buffer, n);
          n = from.getInputStream().read(buffer);
        }
      } catch (IOException e) {
        forget(from);
      }
      if (hasWriter) {
        put(END);
      } else {
        end(to);
      }
    }

    private void pass(byte[] buffer, int length) {
      long delay = isToServer ? delayToServer : delayToClient;
      if (delay == 0 && bytesPerSecond == Long.MAX_VALUE && underway.get() == 0) {
        awaitPassage();
        deliver(buffer, length);
        return;
      }
      if (!hasWriter) {
        hasWriter = true;
        start("write", this::write);
      }
      underway.incrementAndGet();
      put(new Chunk(ByteBuffer.wrap(Arrays.copyOf(buffer, length)), System.nanoTime() + delay));
    }

    private void put(Chunk chunk) {
      try {
        queue.put(chunk);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private Chunk take() {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private void write() {
      long free = System.nanoTime();
      for (Chunk chunk = take(); !chunk.isEnd(); chunk = take()) {
        awaitTime(Math.max(chunk.due(), free));
        awaitPassage();
        deliver(chunk.data().array(), chunk.length());
        underway.decrementAndGet();
        free =
            Math.max(free, System.nanoTime() - SHORTEST_SLEEP_NANOS)
                + 1_000_000_000L * chunk.length() / bytesPerSecond;
      }
      end(to);
    }

    /** After a failure what is still underway comes here too, and is lost. */
    private void deliver(byte[] data, int length) {
      try {
        to.getOutputStream().write(data, 0, length);
      } catch (IOException e) {
        forget(from);
        forget(to);
      }
      count(length);
    }
  }

  private void end(Socket to) {
    try {
      to.shutdownOutput();
    } catch (IOException e) {
      forget(to);
    }
  }

  private static void awaitTime(long time) {
    long left = time - System.nanoTime();
    // A shorter sleep would be longer than it should.
    while (left > SHORTEST_SLEEP_NANOS) {
      LockSupport.parkNanos(left);
      left = time - System.nanoTime();
    }
  }

  private void count(int length) {
    if (bytes.addAndGet(length) >= triggerAt) {
      triggerAt = Long.MAX_VALUE;
      trigger.run();
    }
  }

  private void awaitPassage() {
    synchronized (change) {
      while (state == State.HANGING) {
        try {
          change.wait();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private void forget(Socket socket) {
    sockets.remove(socket);
    reset(socket);
  }

  private static void reset(Socket socket) {
    try {
      // Closing then sends a reset and not an end.
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      socket.close();
    } catch (IOException e) {
      // It is closed already.
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, "link-" + name);
    thread.setDaemon(true);
    thread.start();
  }
}
