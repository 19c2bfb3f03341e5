package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.replication.Deadline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * How long the request of this thread may still go on. The function's time limit is part of how
 * long another region waits before it takes over, so it is short, and a request ends before it by
 * itself: every wait for the database, the control table and the session table ends with the
 * request's time.
 *
 * <p>Nothing depends on it for safety. A request that is killed in the middle has either committed,
 * then the journal has its entry and a repetition finds its key; or it has not, then its entry, if
 * there is one, is that of a dead attempt.
 */
final class RequestTime implements ExecutionInterceptor {
  /** How long a request takes at most. */
  static final Duration LIMIT = Duration.ofSeconds(8);

  /** Kept back for rolling back and answering, which come after the last wait. */
  private static final Duration RESERVE = Duration.ofSeconds(1);

  /** No client waits longer than this by itself. */
  private static final Duration CALL = Duration.ofSeconds(3);

  /** A thread has one request at a time. */
  private static final ThreadLocal<@Nullable Deadline> DEADLINE = new ThreadLocal<>();

  /** Begins a request. */
  void begin() {
    begin(LIMIT);
  }

  /**
   * Begins something that may take a time of its own.
   *
   * @param limit how long it takes at most
   */
  void begin(Duration limit) {
    DEADLINE.set(Deadline.after(limit.minus(RESERVE)));
  }

  /** Ends what was begun. */
  void end() {
    DEADLINE.remove();
  }

  /** {@return for how long something may be waited for} */
  Duration remaining() {
    Deadline current = DEADLINE.get();
    return current == null ? LIMIT.minus(RESERVE) : current.remaining();
  }

  /**
   * Lets a connection wait for its server no longer than there is time, without a word to the
   * server.
   *
   * @param connection the connection
   * @throws SQLException if there is no time left
   */
  void limit(Connection connection) throws SQLException {
    Duration remaining = remaining();
    if (remaining.isZero()) {
      throw new SQLTimeoutException("the request's time is over", "57014");
    }
    connection.setNetworkTimeout(Runnable::run, millis(remaining));
  }

  /**
   * Lets a connection end its transaction within the time that was kept back.
   *
   * @param connection the connection, perhaps a broken one
   */
  void limitEnd(Connection connection) {
    try {
      connection.setNetworkTimeout(Runnable::run, millis(RESERVE.dividedBy(2)));
    } catch (SQLException e) {
      // It is closed already.
    }
  }

  private static int millis(Duration duration) {
    // Zero would mean for ever.
    return Math.max(1, (int) duration.toMillis());
  }

  @Override
  public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
    Duration remaining = remaining();
    if (remaining.isZero()) {
      throw ApiCallTimeoutException.builder().message("the request's time is over").build();
    }
    if (remaining.compareTo(CALL) >= 0 || !(context.request() instanceof AwsRequest request)) {
      return context.request();
    }
    AwsRequestOverrideConfiguration limits =
        request
            .overrideConfiguration()
            .map(AwsRequestOverrideConfiguration::toBuilder)
            .orElseGet(AwsRequestOverrideConfiguration::builder)
            .apiCallTimeout(remaining)
            .build();
    return request.toBuilder().overrideConfiguration(limits).build();
  }
}
