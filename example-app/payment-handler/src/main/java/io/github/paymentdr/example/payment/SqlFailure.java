package io.github.paymentdr.example.payment;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** What a failed statement means for the request, told from its SQLSTATE. */
enum SqlFailure {
  /** The connection broke, perhaps after the commit. */
  CONNECTION_LOST(true, ProblemType.DATABASE_UNAVAILABLE),
  /** The server is a replica, or became one. */
  READ_ONLY(true, ProblemType.REGION_NOT_ACTIVE),
  /** The transaction met another one and was rolled back. */
  COLLISION(true, ProblemType.DATABASE_UNAVAILABLE),
  /** Another transaction holds a lock for longer than we wait: most likely the same request. */
  LOCKED(false, ProblemType.REQUEST_IN_PROGRESS),
  /** No connection, memory or disk is left. */
  NO_ROOM(false, ProblemType.TOO_MANY_REQUESTS),
  /** No connection could be made, or the statement took too long. */
  UNAVAILABLE(false, ProblemType.DATABASE_UNAVAILABLE),
  /** A fault of ours. */
  FAULT(false, ProblemType.INTERNAL_ERROR);

  private final boolean worthARetry;
  private final ProblemType problem;

  SqlFailure(boolean worthARetry, ProblemType problem) {
    this.worthARetry = worthARetry;
    this.problem = problem;
  }

  static SqlFailure of(SQLException e) {
    if (e instanceof SQLTransientConnectionException) {
      return ofPool(e);
    }
    String state = state(e);
    return switch (state) {
      // The pool's own word for a connection that it has closed meanwhile.
      case "null" -> CONNECTION_LOST;
      // Shut down, crashed, starting, and closed for having been idle.
      case "57P01", "57P02", "57P03", "57P05", "25P03" -> CONNECTION_LOST;
      case "25006" -> READ_ONLY;
      case "40001", "40P01" -> COLLISION;
      case "55P03" -> LOCKED;
      case "57014" -> UNAVAILABLE;
      default -> ofClass(state);
    };
  }

  private static SqlFailure ofClass(String state) {
    if (state.startsWith("08")) {
      return CONNECTION_LOST;
    }
    if (state.startsWith("53")) {
      return NO_ROOM;
    }
    return state.startsWith("28") ? UNAVAILABLE : FAULT;
  }

  /** The pool had no connection in time: all are in use, or none could be made. */
  private static SqlFailure ofPool(SQLException e) {
    return e.getCause() == null || hasNoRoom(e.getCause()) ? NO_ROOM : UNAVAILABLE;
  }

  /** The pool wraps what went wrong after the login once more. */
  private static boolean hasNoRoom(@Nullable Throwable cause) {
    return cause instanceof SQLException reason
        ? ofClass(state(reason)) == NO_ROOM
        : cause != null && hasNoRoom(cause.getCause());
  }

  private static String state(SQLException e) {
    return String.valueOf(e.getSQLState());
  }

  boolean isWorthARetry() {
    return worthARetry;
  }

  boolean isOfTheConnection() {
    return this == CONNECTION_LOST || this == READ_ONLY;
  }

  ProblemException toProblem(SQLException e) {
    return this == FAULT
        ? ProblemException.of(problem, e)
        : ProblemException.retryLater(problem, Database.RETRY_AFTER, e);
  }
}
