package io.github.paymentdr.runtime.database;

/**
 * Is told of each statement that a server has executed. Tests use it to end the control code after
 * any one of them.
 */
@FunctionalInterface
public interface StatementListener {
  /** Listens to nothing. */
  StatementListener NONE = (server, statement) -> {};

  /**
   * Is called after the server has answered, before the control code goes on.
   *
   * @param server the region of the server
   * @param statement the statement's text, with {@code ?} in place of values and without secrets
   */
  void executed(String server, String statement);
}
