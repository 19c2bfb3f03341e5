package io.github.paymentdr.example.payment;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Stands before PostgreSQL's driver and tells a tap of everything that goes to a server and comes
 * back, where a test has asked for it by the database's name.
 */
final class TappedDriver implements Driver {
  private static final Set<String> STATEMENTS = Set.of("execute", "executeQuery", "executeUpdate");
  private static final Set<String> ENDS = Set.of("commit", "rollback");
  private static final Map<String, Tap> TAPS = new ConcurrentHashMap<>();

  private final Driver driver = new org.postgresql.Driver();

  static {
    try {
      // The first driver that takes an address gets it.
      for (Driver known : Collections.list(DriverManager.getDrivers())) {
        if (known instanceof org.postgresql.Driver) {
          DriverManager.deregisterDriver(known);
        }
      }
      TappedDriver tapped = new TappedDriver();
      DriverManager.registerDriver(tapped);
      DriverManager.registerDriver(tapped.driver);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private TappedDriver() {}

  /** What is told of calls. It may hold them up, or end them by throwing. */
  interface Tap {
    /**
     * A call begins, or has ended.
     *
     * @param point for people
     */
    void at(String point);

    /** A connection is asked for; the tap may refuse. */
    void connecting() throws SQLException;

    /** A connection was made. */
    void connected(Connection connection);
  }

  /** Tells a tap of all new connections to a database of this name. */
  static void tap(String database, Tap tap) {
    TAPS.put(database, tap);
  }

  static void untap(String database) {
    TAPS.remove(database);
  }

  /** {@return a client that tells a tap of its calls} */
  static DynamoDbClient tapped(DynamoDbClient client, Tap tap) {
    return proxy(
        DynamoDbClient.class,
        (proxy, method, arguments) ->
            method.getParameterCount() == 1 && !method.getName().endsWith("Paginator")
                ? told(tap, method.getName(), client, method, arguments)
                : call(client, method, arguments));
  }

  @Override
  public Connection connect(String url, Properties properties) throws SQLException {
    Tap tap = TAPS.get(url.substring(url.lastIndexOf('/') + 1));
    if (tap == null) {
      return driver.connect(url, properties);
    }
    tap.connecting();
    Connection connection = driver.connect(url, properties);
    tap.connected(connection);
    return tapped(connection, tap);
  }

  private static Connection tapped(Connection connection, Tap tap) {
    return proxy(
        Connection.class,
        (proxy, method, arguments) -> {
          if (method.getName().equals("prepareStatement")) {
            return tapped((PreparedStatement) call(connection, method, arguments), tap);
          }
          return ENDS.contains(method.getName())
              ? told(tap, method.getName(), connection, method, arguments)
              : call(connection, method, arguments);
        });
  }

  private static PreparedStatement tapped(PreparedStatement statement, Tap tap) {
    return proxy(
        PreparedStatement.class,
        (proxy, method, arguments) ->
            STATEMENTS.contains(method.getName())
                ? told(tap, method.getName(), statement, method, arguments)
                : call(statement, method, arguments));
  }

  private static Object told(Tap tap, String name, Object on, Method method, Object[] arguments)
      throws Throwable {
    tap.at("before " + name);
    Object result;
    try {
      result = call(on, method, arguments);
    } catch (SQLException e) {
      tap.at("after failed " + name);
      throw e;
    }
    tap.at("after " + name);
    return result;
  }

  private static Object call(Object on, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            TappedDriver.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public boolean acceptsURL(String url) throws SQLException {
    return driver.acceptsURL(url);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties)
      throws SQLException {
    return driver.getPropertyInfo(url, properties);
  }

  @Override
  public int getMajorVersion() {
    return driver.getMajorVersion();
  }

  @Override
  public int getMinorVersion() {
    return driver.getMinorVersion();
  }

  @Override
  public boolean jdbcCompliant() {
    return driver.jdbcCompliant();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }
}
