package io.github.paymentdr.example.payment;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.database.DatabaseServer;
import io.github.paymentdr.runtime.journal.DynamoDbJournal;
import io.github.paymentdr.runtime.lease.ControlTable;
import io.github.paymentdr.runtime.lease.DynamoDbLease;
import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.lease.RegionGuard;
import java.io.PrintStream;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Makes the payment handler with parts of its own, in this process. */
public final class LocalPayments {
  /** The user that the handler logs in as. */
  public static final String USER = "payment_app";

  private static final String PASSWORD = "of the application";

  private LocalPayments() {}

  /**
   * {@return a handler, as one instance of the function has it}
   *
   * @param region the region
   * @param isPrimary whether that is the pair's primary region
   * @param server where its database is
   * @param clients how it reaches AWS
   * @param controlTable the control table
   * @param leaseTime how long a reading of the lease is good for
   * @param log where it logs to
   */
  public static RequestStreamHandler handler(
      String region,
      boolean isPrimary,
      DatabaseServer server,
      AwsClients clients,
      String controlTable,
      Duration leaseTime,
      PrintStream log) {
    DynamoDbClient control = ControlTable.client(clients, region);
    LeaseReader lease = new DynamoDbLease(control, controlTable);
    RequestTime time = new RequestTime();
    Clock clock = Clock.systemUTC();
    return new PaymentHandler(
        new Region(region, isPrimary ? Region.Role.PRIMARY : Region.Role.SECONDARY),
        new PaymentHandler.Services(
            new Databases(
                database(server, DatabaseSettings.Target.PRIMARY, time),
                database(server, DatabaseSettings.Target.ANY, time)),
            new Sessions(control, "sessions", clock),
            lease,
            new RegionGuard(region, lease, leaseTime),
            new DynamoDbJournal(control, controlTable),
            time),
        clock,
        log);
  }

  /** Makes the schema, and lets the handler log in. */
  public static void migrate(DatabaseServer server) throws SQLException {
    new Migration(
            settings(server, DatabaseSettings.Target.ANY),
            USER,
            () -> new MasterUser("postgres", "any password"),
            "classpath:db/migration")
        .run();
  }

  /** {@return the statement that lets the handler log in} */
  public static String admission() {
    return "alter role " + USER + " password '" + PASSWORD + "'";
  }

  private static Database database(
      DatabaseServer server, DatabaseSettings.Target target, RequestTime time) {
    return new Database(settings(server, target), USER, () -> PASSWORD, 1, time);
  }

  private static DatabaseSettings settings(DatabaseServer server, DatabaseSettings.Target target) {
    return new DatabaseSettings(
        server.host(), server.port(), server.database(), server.trust(), target);
  }
}
