package io.github.paymentdr.example.payment;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Sets a statement's parameters one after the other. */
final class Parameters {
  private final PreparedStatement statement;
  private int index;

  Parameters(PreparedStatement statement) {
    this.statement = statement;
  }

  Parameters add(String text) throws SQLException {
    statement.setString(++index, text);
    return this;
  }

  Parameters add(Optional<String> text) throws SQLException {
    statement.setString(++index, text.orElse(null));
    return this;
  }

  Parameters add(long number) throws SQLException {
    statement.setLong(++index, number);
    return this;
  }

  Parameters add(UUID id) throws SQLException {
    statement.setObject(++index, id);
    return this;
  }

  Parameters add(Instant time) throws SQLException {
    statement.setTimestamp(++index, Timestamp.from(time));
    return this;
  }

  Parameters add(String type, Object[] elements) throws SQLException {
    statement.setArray(++index, statement.getConnection().createArrayOf(type, elements));
    return this;
  }
}
