package io.github.paymentdr.example.payment;

import io.github.paymentdr.example.payment.FragileRegion.Fate;
import io.github.paymentdr.example.payment.FragileRegion.RegionLost;
import io.github.paymentdr.example.payment.FragileRegion.Safety;
import io.github.paymentdr.example.payment.TestApi.Response;
import io.github.paymentdr.runtime.journal.JournalEntry;
import io.github.paymentdr.runtime.lease.Lease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pair of regions, clients who pay, and what the clients were told. In each round the active
 * region is lost or frozen at a point of some request, the other one takes over with an older copy
 * of the database and the journal, and the clients repeat there what was not answered. Then
 * everything that was ever answered must be in the database as it was answered, once.
 *
 * <p>The next round begins with the region that has taken over, so regions change places, epochs
 * grow, and what one round leaves behind is there in the next.
 */
final class PaymentWorld implements AutoCloseable {
  private static final int CLIENTS = 4;
  private static final int TRIES = 200;

  /** More points than the requests of a round have, so that some rounds end after them. */
  private static final int POINTS_PER_REQUEST = 13;

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final TestDatabase server;
  private final TestControlTable control;
  private final Safety safety;
  private final Duration fencing;
  private final Random random;
  private final String prefix = "world_" + COUNTER.incrementAndGet() + "_";
  private final ExecutorService threads = Executors.newCachedThreadPool(PaymentWorld::daemon);

  /** The key, and the status and body that its first good answer had. */
  private final Map<String, String> answered = new ConcurrentHashMap<>();

  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final Map<String, Intent> intents = new ConcurrentHashMap<>();
  private final List<String> payments = new ArrayList<>();
  private FragileRegion active;
  private int databases;
  private long epoch = 1;

  /**
   * What a client wants once.
   *
   * @param key its key
   * @param payment the payment that it is about, empty to make one
   * @param operation what to do with it
   * @param amount how much
   */
  record Intent(String key, String payment, String operation, long amount) {
    FunctionUrlEvent event() {
      return payment.isEmpty()
          ? FunctionUrlEvent.of("POST", "/payments")
              .key(key)
              .body(Json.write(TestApi.order(amount, "EUR", "payer", "payee")))
          : FunctionUrlEvent.of("POST", "/payments/" + payment + "/" + operation)
              .key(key)
              .body("{\"amount\":" + amount + "}");
    }
  }

  /**
   * Makes a world in which us-east-1 is active.
   *
   * @param server where all its databases are
   * @param template a database with an empty ledger, which nobody is connected to
   * @param control the control table
   * @param safety what protects the payments
   * @param fencing how long a region waits that takes over
   * @param seed decides what the clients want and when regions are lost
   */
  PaymentWorld(
      TestDatabase server,
      String template,
      TestControlTable control,
      Safety safety,
      Duration fencing,
      long seed) {
    this.server = server;
    this.control = control;
    this.safety = safety;
    this.fencing = fencing;
    this.random = new Random(seed);
    this.active = region(TestControlTable.EAST, copyOf(template));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  private FragileRegion region(String name, String database) {
    return new FragileRegion(
        control, name, database, CLIENTS, () -> server.databases(database), safety);
  }

  private String copyOf(String source) {
    String copy = prefix + databases++;
    execute(
        "postgres",
        """
        do $$
        begin
          while exists (select from pg_stat_activity where datname = '%s') loop
            perform pg_sleep(0.002), pg_stat_clear_snapshot();
          end loop;
        end
        $$
        """
            .formatted(source),
        "create database " + copy + " template " + source);
    return copy;
  }

  /**
   * Has one region lost.
   *
   * @param fate what happens to it
   */
  void round(Fate fate) throws Exception {
    active.disconnect();
    FragileRegion old = active;
    FragileRegion next = standbyOf(old);
    List<Intent> wanted = wanted(3 + random.nextInt(8));
    old.strikeAt(1 + random.nextInt(wanted.size() * POINTS_PER_REQUEST), fate);
    int thaw = random.nextInt(5);
    Queue<Intent> open = new ConcurrentLinkedQueue<>(wanted);
    List<Future<?>> clients = clients(old, open, false);
    Future<?> end =
        threads.submit(
            () -> {
              join(clients);
              old.strike();
            });
    old.awaitStrike();
    takeOver(old, next, thaw);
    work(next, unanswered(wanted));
    old.thaw();
    if (fate == Fate.FROZEN) {
      end.get(20, TimeUnit.SECONDS);
    }
    List<Intent> rest = unanswered(wanted);
    rest.addAll(repeated());
    rest.addAll(wanted(random.nextInt(4)));
    work(next, rest);
    active = next;
    try {
      check(old, next);
    } catch (AssertionError e) {
      throw new AssertionError(
          "%s %s at '%s', in round %d of this world, thawed at %d: %s"
              .formatted(old.name(), fate, old.where(), epoch - 1, thaw, e.getMessage()),
          e);
    } finally {
      old.close();
      execute("postgres", "drop database " + old.databaseName() + " with (force)");
    }
  }

  /** The other region with what has been replicated by now; from now on nothing is. */
  private FragileRegion standbyOf(FragileRegion old) {
    String copy = copyOf(old.databaseName());
    FragileRegion standby =
        region(
            old.name().equals(TestControlTable.EAST)
                ? TestControlTable.WEST
                : TestControlTable.EAST,
            copy);
    if (random.nextBoolean()) {
      // What the control of the replication has in each database, as far as the journal asks it.
      execute(
          copy,
          "create schema dr",
          "create table dr.node as select 'STANDBY' as role, '' as region",
          "create table dr.heartbeat as select '%s' as region, now() as received_at,"
                  .formatted(old.name())
              + " now() as written_at",
          "grant usage on schema dr to public",
          "grant select on all tables in schema dr to public");
      standby.function(0).invoke("{\"operation\":\"cleanJournal\"}");
      execute(copy, "drop schema dr cascade");
    }
    return standby;
  }

  private void takeOver(FragileRegion old, FragileRegion next, int thaw) throws Exception {
    thawAt(0, thaw, old);
    epoch++;
    control.putLease(next.name(), epoch, Lease.State.ACTIVATING);
    thawAt(1, thaw, old);
    Thread.sleep(fencing.toMillis());
    thawAt(2, thaw, old);
    Map<String, Object> replayed;
    do {
      // As the state machine does: a slot that a thawed attempt changes is left to the next call.
      replayed =
          next.function(0)
              .invoke("{\"operation\":\"replayJournal\",\"epoch\":%d}".formatted(epoch));
    } while (replayed.get("complete").equals(false));
    if (!replayed.get("blocked").equals(0)) {
      faults.add("the replay ended with " + replayed);
    }
    thawAt(3, thaw, old);
    control.putLease(next.name(), epoch, Lease.State.ACTIVE);
    thawAt(4, thaw, old);
  }

  private static void thawAt(int step, int chosen, FragileRegion region) {
    if (step == chosen) {
      region.thaw();
    }
  }

  private List<Intent> wanted(int count) {
    List<Intent> wanted = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (!wanted.isEmpty() && random.nextInt(6) == 0) {
        wanted.add(wanted.get(random.nextInt(wanted.size())));
        continue;
      }
      Intent intent = newIntent();
      intents.put(intent.key(), intent);
      wanted.add(intent);
    }
    return wanted;
  }

  private Intent newIntent() {
    String key = "key-" + intents.size();
    if (payments.isEmpty() || random.nextInt(5) < 2) {
      return new Intent(key, "", "authorise", 1 + random.nextInt(1000));
    }
    // Few payments, so that changes of one meet.
    int recent = Math.min(4, payments.size());
    String payment = payments.get(payments.size() - 1 - random.nextInt(recent));
    return random.nextBoolean()
        ? new Intent(key, payment, "capture", 1 + random.nextInt(300))
        : new Intent(key, payment, "refund", 1 + random.nextInt(30));
  }

  private List<Intent> repeated() {
    List<String> keys = answered.keySet().stream().sorted().toList();
    List<Intent> repeated = new ArrayList<>();
    for (int i = 0; i < Math.min(3, keys.size()); i++) {
      repeated.add(intents.get(keys.get(random.nextInt(keys.size()))));
    }
    return repeated;
  }

  /** Those that were refused too: a repetition of such a request may have been on its way. */
  private List<Intent> unanswered(List<Intent> all) {
    return new ArrayList<>(
        all.stream().distinct().filter(intent -> !answered.containsKey(intent.key())).toList());
  }

  private void work(FragileRegion region, List<Intent> wanted) throws Exception {
    join(clients(region, new ConcurrentLinkedQueue<>(wanted), true));
  }

  private List<Future<?>> clients(FragileRegion region, Queue<Intent> wanted, boolean untilTheEnd) {
    List<Future<?>> clients = new ArrayList<>();
    for (int i = 0; i < region.environments(); i++) {
      int function = i;
      clients.add(threads.submit(() -> client(region, function, wanted, untilTheEnd)));
    }
    return clients;
  }

  private void join(List<Future<?>> clients) {
    try {
      for (Future<?> client : clients) {
        client.get(20, TimeUnit.SECONDS);
      }
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      faults.add("a client ended with " + e + e.getCause());
    }
  }

  private void client(
      FragileRegion region, int function, Queue<Intent> wanted, boolean untilTheEnd) {
    try {
      for (Intent intent = wanted.poll(); intent != null; intent = wanted.poll()) {
        if (!isAnswered(region, function, intent, untilTheEnd)) {
          return;
        }
      }
    } catch (RegionLost e) {
      // The client will ask the other region.
    }
  }

  private boolean isAnswered(
      FragileRegion region, int function, Intent intent, boolean untilTheEnd) {
    for (int i = 0; i < TRIES; i++) {
      Response response = region.send(function, intent.event());
      if (!response.headers().containsKey("retry-after")) {
        answer(intent, response);
        return true;
      }
      if (!untilTheEnd && response.problem().equals("region-not-active")) {
        return false;
      }
      pause();
    }
    faults.add("no answer to " + intent);
    return false;
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Intent intent, Response response) {
    String key = intent.key();
    if (response.status() >= 300) {
      if (response.status() != 409 && response.status() != 422) {
        faults.add(intent + " was answered with " + response);
      }
      if (answered.containsKey(key)) {
        faults.add(intent + " was booked, and then answered with " + response);
      }
      return;
    }
    String answer = response.status() + response.body();
    String first = answered.putIfAbsent(key, answer);
    if (first == null && intent.payment().isEmpty()) {
      synchronized (payments) {
        payments.add(response.text("id"));
      }
    } else if (first != null && !first.equals(answer)) {
      faults.add(intent + " was answered first with " + first + " and then with " + answer);
    }
  }

  private void check(FragileRegion old, FragileRegion next) throws SQLException {
    try (Connection books = server.connect(next.databaseName());
        Connection oldBooks = server.connect(old.databaseName())) {
      checkAnswers(books);
      for (Map.Entry<String, String> rule : RULES.entrySet()) {
        expect(rule.getKey(), Set.of(), rows(books, rule.getValue()));
      }
      Set<String> onlyInOld = rows(oldBooks, "select id::text from ledger.booking");
      onlyInOld.removeAll(rows(books, "select id::text from ledger.booking"));
      expect("what the old region has committed and the new one lacks", Set.of(), onlyInOld);
    }
    Map<Long, String> writers = new HashMap<>();
    for (JournalEntry entry : control.journal()) {
      String other = writers.putIfAbsent(entry.epoch(), entry.region());
      if (other != null && !other.equals(entry.region())) {
        faults.add("two regions have written in epoch " + entry.epoch());
      }
    }
    expect("faults", List.of(), List.copyOf(faults));
  }

  private void checkAnswers(Connection books) throws SQLException {
    Set<String> kept =
        rows(books, "select key || ' ' || status || body from ledger.idempotency_key");
    Set<String> told = new HashSet<>();
    answered.forEach((key, answer) -> told.add(key + " " + answer));
    Set<String> missing = new HashSet<>(told);
    missing.removeAll(kept);
    expect("answers that are not in the books", Set.of(), missing);
    kept.removeAll(told);
    expect("bookings that nobody was told of", Set.of(), kept);
  }

  private static void expect(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new AssertionError(what + ": " + actual);
    }
  }

  /** Queries of what must not be there. */
  private static final Map<String, String> RULES =
      Map.of(
          "unbalanced bookings",
          "select id::text from ledger.unbalanced_booking",
          "payments with more or fewer bookings than keys",
          """
          select d.payment_id::text from (
            (select payment_id, count(*) from ledger.booking group by payment_id
             except select payment_id, count(*) from ledger.idempotency_key group by payment_id)
            union all
            (select payment_id, count(*) from ledger.idempotency_key group by payment_id
             except select payment_id, count(*) from ledger.booking group by payment_id)) d
          """,
          "payments that are not what their postings say",
          """
          select p.id::text from ledger.payment p cross join lateral (
            select coalesce(sum(amount) filter (where kind = 'AUTHORISATION'
                and account = 'hold:EUR'), 0)::bigint,
              coalesce(sum(amount) filter (where kind = 'CAPTURE'
                and account = p.payee), 0)::bigint,
              coalesce(sum(amount) filter (where kind = 'REFUND'
                and account = p.payer), 0)::bigint
            from ledger.booking b join ledger.posting l on l.booking_id = b.id
            where b.payment_id = p.id) posted (authorised, captured, refunded)
          where p.authorised <> posted.authorised or p.captured <> posted.captured
            or p.refunded <> posted.refunded
          """);

  private static Set<String> rows(Connection connection, String query) throws SQLException {
    Set<String> rows = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  private void execute(String database, String... statements) {
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  int answers() {
    return answered.size();
  }

  @Override
  public void close() {
    active.close();
    execute("postgres", "drop database if exists " + active.databaseName() + " with (force)");
    threads.shutdownNow();
  }
}
