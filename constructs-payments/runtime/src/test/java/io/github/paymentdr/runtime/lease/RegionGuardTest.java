package io.github.paymentdr.runtime.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.lease.Lease.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class RegionGuardTest {
  private static final String EAST = "us-east-1";
  private static final String WEST = "us-west-2";
  private static final Duration LEASE_TIME = Duration.ofSeconds(5);

  private final Time time = new Time();
  private final AtomicInteger readings = new AtomicInteger();
  private volatile Supplier<Lease> table = () -> new Lease(EAST, 1, State.ACTIVE);
  private final RegionGuard guard =
      new RegionGuard(
          EAST,
          () -> {
            readings.incrementAndGet();
            return table.get();
          },
          LEASE_TIME,
          time.ticks::get,
          time);

  /** Both clocks, each of which can go wrong. */
  private static final class Time extends Clock {
    final AtomicLong ticks = new AtomicLong(Long.MAX_VALUE - 1_000);
    volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");

    void monotonic(Duration passed) {
      ticks.addAndGet(passed.toNanos());
    }

    void wall(Duration passed) {
      now = now.plus(passed);
    }

    void both(Duration passed) {
      monotonic(passed);
      wall(passed);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private void is(String region, long epoch, State state) {
    table = () -> new Lease(region, epoch, state);
  }

  @Test
  void admitsByAYoungReadingAndConfirmsByANewOne() {
    Permit permit = guard.admit();
    assertThat(guard.admit()).isEqualTo(permit);
    assertThat(readings).hasValue(1);

    guard.confirm(permit);
    assertThat(readings).hasValue(2);
    guard.confirm(permit);
    assertThat(readings).hasValue(3);
    assertThat(permit.epoch()).isOne();
  }

  @Test
  void aReadingIsYoungForLessThanTheLeaseTime() {
    guard.admit();
    time.both(LEASE_TIME.minusNanos(1));
    guard.admit();
    assertThat(readings).hasValue(1);
    time.both(Duration.ofNanos(1));
    guard.admit();
    assertThat(readings).hasValue(2);
  }

  @Test
  void aFreezeThatOnlyTheWallClockHasSeenEndsAReading() {
    guard.admit();
    is(WEST, 2, State.ACTIVE);
    time.wall(LEASE_TIME);

    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
  }

  @Test
  void aFreezeThatOnlyTheMonotonicClockHasSeenEndsAReading() {
    guard.admit();
    is(WEST, 2, State.ACTIVE);
    time.monotonic(LEASE_TIME);

    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
  }

  @Test
  void aWallClockThatIsSetBackEndsAReading() {
    guard.admit();
    is(WEST, 2, State.ACTIVE);
    time.wall(Duration.ofMillis(-1));

    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
  }

  @Test
  void aProcessThatThawsWithBothClocksAsTheyWereIsSavedByForgetting() {
    guard.admit();
    is(WEST, 2, State.ACTIVE);
    guard.forget();

    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
  }

  @Test
  void aProcessThatThawsWithBothClocksAsTheyWereIsSavedByConfirming() {
    Permit permit = guard.admit();
    is(WEST, 2, State.ACTIVE);

    assertThatThrownBy(() -> guard.confirm(permit))
        .isInstanceOf(RegionNotActiveException.class)
        .hasMessage("us-west-2 is active in epoch 2, not us-east-1");
  }

  @Test
  void aReadingThatTakesAsLongAsTheLeaseTimeConfirmsNothing() {
    Permit permit = guard.admit();
    List<Runnable> delays =
        List.of(
            () -> time.monotonic(LEASE_TIME),
            () -> time.wall(LEASE_TIME),
            () -> time.both(LEASE_TIME),
            () -> time.wall(Duration.ofMillis(-1)));
    for (Runnable delay : delays) {
      table =
          () -> {
            delay.run();
            return new Lease(EAST, 1, State.ACTIVE);
          };
      assertThatThrownBy(() -> guard.confirm(permit))
          .isInstanceOf(LeaseUnavailableException.class)
          .hasMessage(
              "reading the lease took longer than the lease time of 5000 ms, or the clock was set"
                  + " back meanwhile; repeat it");
      guard.forget();
      assertThatThrownBy(guard::admit).isInstanceOf(LeaseUnavailableException.class);
    }
    is(EAST, 1, State.ACTIVE);
    guard.confirm(permit);
  }

  @Test
  void aSlowReadingThatIsJustYoungEnoughCountsFromBeforeItWasAskedFor() {
    table =
        () -> {
          time.both(Duration.ofSeconds(4));
          return new Lease(EAST, 1, State.ACTIVE);
        };
    guard.admit();
    time.both(Duration.ofSeconds(1));
    is(WEST, 2, State.ACTIVE);

    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
  }

  @Test
  void aLeaseThatMovedOnAndBackRefusesWhatBeganBefore() {
    Permit permit = guard.admit();
    is(EAST, 3, State.ACTIVE);

    assertThatThrownBy(() -> guard.confirm(permit))
        .isInstanceOf(RegionNotActiveException.class)
        .hasMessage("us-east-1 is active in epoch 3, but the write began in epoch 1; repeat it");
    assertThat(guard.admit().epoch()).isEqualTo(3);
    guard.confirm(new Permit(3));
  }

  @Test
  void aTableThatWasSetBackToAnEarlierEpochRefusesWhatBeganLater() {
    is(EAST, 9, State.ACTIVE);
    Permit permit = guard.admit();
    is(EAST, 4, State.ACTIVE);

    assertThatThrownBy(() -> guard.confirm(permit)).isInstanceOf(RegionNotActiveException.class);
    time.both(LEASE_TIME);
    guard.confirm(guard.admit());
  }

  @Test
  void nobodyAcceptsWhileARegionIsBecomingActive() {
    for (String region : List.of(EAST, WEST)) {
      guard.forget();
      is(region, 2, State.ACTIVATING);
      assertThatThrownBy(guard::admit)
          .isInstanceOf(RegionNotActiveException.class)
          .hasMessage(region + " is becoming active in epoch 2; until then no region accepts");
      assertThatThrownBy(() -> guard.confirm(new Permit(2)))
          .isInstanceOf(RegionNotActiveException.class);
    }
  }

  @Test
  void notBeingActiveIsBelievedForTheLeaseTimeAtMost() {
    is(WEST, 2, State.ACTIVE);
    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
    is(EAST, 3, State.ACTIVE);
    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
    assertThat(readings).hasValue(1);
    time.both(LEASE_TIME);

    assertThat(guard.admit().epoch()).isEqualTo(3);
  }

  @Test
  void aTableThatDoesNotAnswerRefuses() {
    Permit permit = guard.admit();
    table =
        () -> {
          throw new LeaseUnavailableException("gone", null);
        };
    assertThatThrownBy(() -> guard.confirm(permit))
        .isInstanceOf(LeaseUnavailableException.class)
        .hasMessage("gone");
    guard.forget();
    assertThatThrownBy(guard::admit).isInstanceOf(LeaseUnavailableException.class);
  }

  @Test
  void anAnswerThatIsOvertakenDoesNotReplaceTheOneThatOvertookIt() throws Exception {
    for (boolean overtakenSaysActive : new boolean[] {true, false}) {
      guard.forget();
      Lease early = new Lease(EAST, 1, overtakenSaysActive ? State.ACTIVE : State.ACTIVATING);
      Lease late = new Lease(EAST, 1, overtakenSaysActive ? State.ACTIVATING : State.ACTIVE);
      CountDownLatch isAsked = new CountDownLatch(1);
      CountDownLatch answers = new CountDownLatch(1);
      table =
          () -> {
            isAsked.countDown();
            await(answers);
            return early;
          };
      Thread slow = new Thread(() -> ignoringRefusals(guard::admit));
      slow.start();
      isAsked.await();
      table = () -> late;
      ignoringRefusals(guard::admit);
      answers.countDown();
      slow.join();

      int before = readings.get();
      if (overtakenSaysActive) {
        assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
      } else {
        guard.admit();
      }
      assertThat(readings).hasValue(before);
    }
  }

  @Test
  void anAnswerOfALaterEpochIsNewerWheneverItWasAskedFor() throws Exception {
    CountDownLatch isAsked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    table =
        () -> {
          isAsked.countDown();
          await(answers);
          return new Lease(WEST, 2, State.ACTIVE);
        };
    Thread slow = new Thread(() -> ignoringRefusals(guard::admit));
    slow.start();
    isAsked.await();
    is(EAST, 1, State.ACTIVE);
    guard.admit();
    answers.countDown();
    slow.join();

    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
  }

  @Test
  void anAnswerThatWasAskedForBeforeForgettingIsForgottenToo() throws Exception {
    CountDownLatch isAsked = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    table =
        () -> {
          isAsked.countDown();
          await(answers);
          return new Lease(EAST, 1, State.ACTIVE);
        };
    Thread slow = new Thread(() -> ignoringRefusals(guard::admit));
    slow.start();
    isAsked.await();
    guard.forget();
    answers.countDown();
    slow.join();
    is(WEST, 2, State.ACTIVE);

    assertThatThrownBy(guard::admit).isInstanceOf(RegionNotActiveException.class);
  }

  /** What is confirmed was so at some moment between the call and its return. */
  @Test
  void sixteenThreadsConfirmNothingThatHadEndedBeforeTheyAsked() throws Exception {
    AtomicLong epoch = new AtomicLong(1);
    RegionGuard shared =
        new RegionGuard(
            EAST,
            () -> {
              long before = epoch.get();
              Thread.onSpinWait();
              return new Lease(before % 2 == 1 ? EAST : WEST, before, State.ACTIVE);
            },
            LEASE_TIME);
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicLong confirmed = new AtomicLong();
    ExecutorService threads = Executors.newFixedThreadPool(17);
    List<Future<?>> results = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      int number = i;
      results.add(
          threads.submit(
              () -> {
                while (!isOver.get()) {
                  if (number % 4 == 0) {
                    shared.forget();
                  }
                  try {
                    Permit permit = shared.admit();
                    long atCall = epoch.get();
                    shared.confirm(permit);
                    assertThat(permit.epoch()).isGreaterThanOrEqualTo(atCall);
                    assertThat(permit.epoch() % 2).isOne();
                    confirmed.incrementAndGet();
                  } catch (RegionNotActiveException e) {
                    Thread.onSpinWait();
                  }
                }
              }));
    }
    for (int i = 0; i < 400; i++) {
      TimeUnit.MILLISECONDS.sleep(1);
      epoch.incrementAndGet();
    }
    isOver.set(true);
    threads.shutdown();
    for (Future<?> result : results) {
      assertThatCode(result::get).doesNotThrowAnyException();
    }
    assertThat(confirmed.get()).isPositive();
  }

  @Test
  void refusesALeaseTimeThatIsNone() {
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> new RegionGuard(EAST, table::get, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("leaseTime must be positive, got " + wrong);
    }
  }

  private static void ignoringRefusals(Runnable call) {
    try {
      call.run();
    } catch (RegionNotActiveException e) {
      // As the test wants it.
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
