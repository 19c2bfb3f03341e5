package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.aws.Secrets.DatabaseUser;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.database.Sql;
import io.github.paymentdr.runtime.database.StatementListener;
import io.github.paymentdr.runtime.database.TimeLimits;
import io.github.paymentdr.runtime.replication.ControlException;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs in as a user that a secret has. It is read once for an operation, so that what was tried and
 * what is then used are the same, and once more if a database refuses it, because it may just have
 * been rotated.
 */
final class Login {
  private static final String INVALID_AUTHORIZATION = "28";
  private static final String UNREACHABLE = "08001";

  private final Supplier<DatabaseUser> secret;
  private @Nullable DatabaseUser known;

  Login(Supplier<DatabaseUser> secret) {
    this.secret = secret;
  }

  DatabaseUser user() {
    DatabaseUser user = known;
    if (user == null) {
      user = secret.get();
      known = user;
    }
    return user;
  }

  /** To whoever connects, a secret that cannot be read is a database that cannot be reached. */
  Sql connect(DatabaseServer server, TimeLimits limits) throws SQLException {
    try {
      return connectTwice(server, limits);
    } catch (ControlException e) {
      throw new SQLException(e.getMessage(), UNREACHABLE, e);
    }
  }

  private Sql connectTwice(DatabaseServer server, TimeLimits limits) throws SQLException {
    DatabaseUser tried = user();
    try {
      return Sql.connect(server, tried.credentials(), limits, StatementListener.NONE);
    } catch (SQLException e) {
      if (!isRefusal(e) || !isRotated(tried)) {
        throw e;
      }
      return Sql.connect(server, user().credentials(), limits, StatementListener.NONE);
    }
  }

  private boolean isRotated(DatabaseUser tried) {
    DatabaseUser now = secret.get();
    known = now;
    return !now.version().equals(tried.version());
  }

  private static boolean isRefusal(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith(INVALID_AUTHORIZATION);
  }
}
