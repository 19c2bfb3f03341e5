package io.github.paymentdr.example.payment;

import io.github.paymentdr.runtime.database.DatabaseServer;
import java.sql.SQLException;

/** Makes the payment schema as the application's own migration does. */
public final class LocalPayments {
  /** The user that the payment function logs in as. */
  public static final String USER = "payment_app";

  private LocalPayments() {}

  /** Makes the schema and the payment function's user. */
  public static void migrate(DatabaseServer server) throws SQLException {
    new Migration(
            new DatabaseSettings(
                server.host(),
                server.port(),
                server.database(),
                server.trust(),
                DatabaseSettings.Target.ANY),
            USER,
            () -> new MasterUser("postgres", "any password"),
            "classpath:db/migration")
        .run();
  }
}
