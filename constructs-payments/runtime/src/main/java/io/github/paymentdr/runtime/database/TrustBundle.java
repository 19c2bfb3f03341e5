package io.github.paymentdr.runtime.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * The certificates of the authorities that sign RDS servers' certificates.
 *
 * <p>They are not among those that a JVM trusts by itself, and this project does not ship them: who
 * deploys it takes them from AWS. Without them there is no connection, rather than one to a server
 * that nobody vouches for.
 */
public final class TrustBundle {
  private static final String RESOURCE = "/rds-ca-bundle.pem";
  private static final String VARIABLE = "DB_TRUST_STORE_PEM";
  private static final Path LAYER = Path.of("/opt/rds-ca-bundle.pem");

  private TrustBundle() {}

  /**
   * Finds the bundle: a file that the environment names, a file built into the function's artifact,
   * or one in a layer.
   *
   * @param environment may name a file in {@code DB_TRUST_STORE_PEM}
   * @return a file with it
   * @throws IllegalStateException if there is none; the message says what to do
   */
  public static Path locate(Map<String, String> environment) {
    String file = environment.get(VARIABLE);
    if (file != null) {
      return existing(Path.of(file));
    }
    try (InputStream resource = TrustBundle.class.getResourceAsStream(RESOURCE)) {
      return resource == null ? inLayer() : copy(resource);
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

  private static Path inLayer() {
    if (!Files.isReadable(LAYER)) {
      throw new IllegalStateException(
          "the database's certificate cannot be verified: the certificates of the RDS authorities"
              + " were not deployed; download their bundle from AWS and deploy it as the"
              + " documentation of this function says, or name a file in "
              + VARIABLE);
    }
    return LAYER;
  }

  /** The driver reads files only. */
  private static Path copy(InputStream resource) throws IOException {
    Path file = Files.createTempFile("rds-ca-bundle", ".pem");
    Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
    return file;
  }
}
