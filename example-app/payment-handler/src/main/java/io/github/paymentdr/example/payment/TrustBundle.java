package io.github.paymentdr.example.payment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of the authorities that sign RDS servers' certificates.
 *
 * <p>They are not among those that a JVM trusts by itself, and this project does not ship them: who
 * deploys it takes them from AWS and builds them in. Without them there is no connection, rather
 * than one to a server that nobody vouches for.
 */
final class TrustBundle {
  private static final String RESOURCE = "/rds-ca-bundle.pem";
  private static final String VARIABLE = "DB_TRUST_STORE_PEM";

  private TrustBundle() {}

  /**
   * Finds the bundle.
   *
   * @param environment may name a file in {@code DB_TRUST_STORE_PEM}
   * @return a file with it
   * @throws IllegalStateException if there is none; the message says what to do
   */
  static Path locate(Map<String, String> environment) {
    String file = environment.get(VARIABLE);
    if (file != null) {
      return existing(Path.of(file));
    }
    try (InputStream resource = TrustBundle.class.getResourceAsStream(RESOURCE)) {
      return copy(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path existing(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalStateException(
          VARIABLE + " must name a readable PEM file, got '" + file + "'");
    }
    return file;
  }

  private static Path copy(@Nullable InputStream resource) throws IOException {
    if (resource == null) {
      throw new IllegalStateException(
          "the database's certificate cannot be verified: no certificates of the RDS authorities"
              + " were built in; put them into payment-handler/certificates/rds-ca-bundle.pem, see"
              + " docs/payment-api.md, or set "
              + VARIABLE);
    }
    // The driver reads files only.
    Path file = Files.createTempFile("rds-ca-bundle", ".pem");
    Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
    return file;
  }
}
