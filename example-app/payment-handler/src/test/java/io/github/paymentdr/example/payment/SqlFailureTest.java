package io.github.paymentdr.example.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What an SQLSTATE means for a request")
class SqlFailureTest {
  @ParameterizedTest
  @CsvSource({
    "08006, CONNECTION_LOST, true",
    "57P01, CONNECTION_LOST, true",
    "57P05, CONNECTION_LOST, true",
    "25P03, CONNECTION_LOST, true",
    "25006, READ_ONLY, true",
    "40001, COLLISION, true",
    "55P03, LOCKED, false",
    "53300, NO_ROOM, false",
    "57014, UNAVAILABLE, false",
    "28000, UNAVAILABLE, false",
    "23505, FAULT, false",
  })
  void decidesWhetherToTryAgain(String state, SqlFailure failure, boolean worthARetry) {
    assertThat(SqlFailure.of(new SQLException("gone", state))).isEqualTo(failure);
    assertThat(failure.isWorthARetry()).isEqualTo(worthARetry);
  }

  @ParameterizedTest
  @CsvSource({"53300, NO_ROOM", "08006, UNAVAILABLE", "28000, UNAVAILABLE"})
  void ofAConnectionThatCouldNotBeMadeIsWhatItsCauseSays(String state, SqlFailure failure) {
    SQLException reason = new SQLException("gone", state);
    assertThat(SqlFailure.of(new SQLTransientConnectionException("no connection", reason)))
        .isEqualTo(failure);
    assertThat(
            SqlFailure.of(
                new SQLTransientConnectionException("no connection", new Exception(reason))))
        .isEqualTo(failure);
  }

  @Test
  void ofAPoolWhoseConnectionsAreAllInUseIsThatThereIsNoRoom() {
    assertThat(SqlFailure.of(new SQLTransientConnectionException("no connection")))
        .isEqualTo(SqlFailure.NO_ROOM);
  }
}
