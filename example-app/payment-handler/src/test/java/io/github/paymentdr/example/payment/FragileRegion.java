package io.github.paymentdr.example.payment;

import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.journal.DynamoDbJournal;
import io.github.paymentdr.runtime.journal.Journal;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.Lease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.RegionGuard;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Several function environments of one region on a database of a real server, which can be lost or
 * frozen at a chosen point: before or after any statement or call of the control table, or before
 * an answer leaves. A lost region is gone at once: its connections end, its calls do not return,
 * and its answers arrive nowhere. A frozen one stands still at its next points, and goes on later
 * as if nothing had happened.
 */
final class FragileRegion implements TappedDriver.Tap, AutoCloseable {
  /** Where it happens when there are fewer points than were chosen. */
  static final String THE_END = "the end of all requests";

  private static final Duration LEASE_TIME = Duration.ofSeconds(5);

  private final String name;
  private final String databaseName;
  private final List<TestApi> functions = new ArrayList<>();
  private final Queue<Connection> connections = new ConcurrentLinkedQueue<>();
  private final AtomicInteger points = new AtomicInteger();
  private final CountDownLatch struck = new CountDownLatch(1);
  private final CountDownLatch thawed = new CountDownLatch(1);
  private volatile int fatalPoint = Integer.MAX_VALUE;
  private volatile Fate fate = Fate.LOST;
  private volatile boolean frozen;
  private volatile boolean lost;
  private volatile String where = "nowhere";

  /** What becomes of the region at the chosen point. */
  enum Fate {
    LOST,
    FROZEN
  }

  /** Which of the protections the region has. Only tests can take one away. */
  record Safety(Function<Journal, Journal> journal, Function<LeaseReader, LeaseReader> lease) {
    static Safety all() {
      return new Safety(Function.identity(), Function.identity());
    }

    /** Accepts without writing anything down. */
    static Safety withoutJournal() {
      return new Safety(ForgetfulJournal::new, Function.identity());
    }

    /** Believes its first reading of the lease for ever, so that nothing is ever confirmed. */
    static Safety withoutConfirmation() {
      return believing(Duration.ofDays(1));
    }

    /** Believes a reading for a time, as one does where the table is not strongly consistent. */
    static Safety believing(Duration time) {
      return new Safety(Function.identity(), lease -> new BelievedLease(lease, time));
    }
  }

  /** The process ends here, for all that it can notice. */
  static final class RegionLost extends Error {
    RegionLost() {
      super("the region is lost", null, false, false);
    }
  }

  FragileRegion(
      TestControlTable control,
      String name,
      String databaseName,
      int environments,
      Supplier<Databases> databases,
      Safety safety) {
    this.name = name;
    this.databaseName = databaseName;
    TappedDriver.tap(databaseName, this);
    DynamoDbClient client = TappedDriver.tapped(control.client(), this);
    for (int i = 0; i < environments; i++) {
      functions.add(
          TestApi.start(
              name.equals(TestControlTable.EAST) ? Region.Role.PRIMARY : Region.Role.SECONDARY,
              services(control, name, client, databases.get(), safety)));
    }
  }

  /** {@return what a handler of a region works with} */
  static PaymentHandler.Services services(
      TestControlTable control,
      String region,
      DynamoDbClient client,
      Databases databases,
      Safety safety) {
    LeaseReader lease = new DynamoDbLease(client, control.name());
    return new PaymentHandler.Services(
        databases,
        TestApi.sessions(Clock.systemUTC()),
        lease,
        new RegionGuard(region, safety.lease().apply(lease), LEASE_TIME),
        safety.journal().apply(new DynamoDbJournal(client, control.name())),
        new RequestTime());
  }

  String name() {
    return name;
  }

  String databaseName() {
    return databaseName;
  }

  /** Chooses the point that something happens at, counted from now. */
  void strikeAt(int point, Fate newFate) {
    fate = newFate;
    points.set(0);
    fatalPoint = point;
  }

  /** {@return how many points there were since one was chosen} */
  int points() {
    return points.get();
  }

  /** {@return where it happened} */
  String where() {
    return where;
  }

  void awaitStrike() throws InterruptedException {
    struck.await();
  }

  /** Lets it happen now, unless it has. */
  void strike() {
    strike(THE_END);
  }

  private synchronized void strike(String point) {
    if (struck.getCount() == 0) {
      return;
    }
    where = point;
    if (fate == Fate.LOST) {
      lose();
    } else {
      frozen = true;
    }
    struck.countDown();
  }

  /** Lets a frozen region go on. */
  void thaw() {
    frozen = false;
    thawed.countDown();
  }

  /** Ends everything of this region at once. */
  void lose() {
    lost = true;
    connections.forEach(FragileRegion::abort);
    thaw();
  }

  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It is gone already.
    }
  }

  /** Sends a request to one of the environments; each takes one at a time. */
  Response send(int function, FunctionUrlEvent event) {
    Response response = functions.get(function).send(event);
    at("before the answer leaves");
    return response;
  }

  /** {@return one of the environments, to be invoked directly} */
  TestApi function(int function) {
    return functions.get(function);
  }

  int environments() {
    return functions.size();
  }

  @Override
  public void at(String point) {
    endIfLost();
    if (points.incrementAndGet() == fatalPoint) {
      strike(point);
    }
    if (frozen) {
      try {
        thawed.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    endIfLost();
  }

  private void endIfLost() {
    if (lost) {
      throw new RegionLost();
    }
  }

  @Override
  public void connecting() throws SQLException {
    if (lost) {
      throw new SQLException("the region is lost", "08001");
    }
  }

  @Override
  public void connected(Connection connection) {
    connections.add(connection);
    if (lost) {
      abort(connection);
    }
  }

  /** Ends all connections in order; the next request makes new ones. */
  void disconnect() {
    functions.forEach(TestApi::close);
    connections.clear();
  }

  @Override
  public void close() {
    lose();
    TappedDriver.untap(databaseName);
    // A pool waits for what is lost.
    Thread end = new Thread(() -> functions.forEach(TestApi::close));
    end.setDaemon(true);
    end.start();
  }

  /** Says that it has kept what it has not. */
  private record ForgetfulJournal(Journal journal) implements Journal {
    @Override
    public void write(JournalEntry entry) {}

    @Override
    public void write(JournalEntry entry, Runnable locks) {}

    @Override
    public List<JournalEntry> readAll() {
      return journal.readAll();
    }

    @Override
    public Optional<JournalEntry> claim(JournalEntry entry, long epoch, String region) {
      return journal.claim(entry, epoch, region);
    }

    @Override
    public void keepBlocked(JournalEntry entry) {
      journal.keepBlocked(entry);
    }

    @Override
    public void removeReplicated(Collection<JournalEntry> entries) {
      journal.removeReplicated(entries);
    }

    @Override
    public boolean removeDead(JournalEntry entry) {
      return journal.removeDead(entry);
    }
  }

  /** Gives an old reading for a new one. */
  private static final class BelievedLease implements LeaseReader {
    private final LeaseReader lease;
    private final long nanos;
    private @Nullable Lease reading;
    private long readAt;

    BelievedLease(LeaseReader lease, Duration time) {
      this.lease = lease;
      this.nanos = time.toNanos();
    }

    @Override
    public synchronized Lease read() {
      Lease current = reading;
      long now = System.nanoTime();
      if (current == null || now - readAt >= nanos) {
        current = lease.read();
        reading = current;
        readAt = now;
      }
      return current;
    }
  }
}
