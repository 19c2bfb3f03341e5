package io.github.paymentdr.runtime.database;

/**
 * Who logs in to a database.
 *
 * @param user the database user
 * @param password the password
 */
public record Credentials(String user, String password) {
  /** {@return the user only} */
  @Override
  public String toString() {
    return user;
  }
}
