package io.github.paymentdr.runtime.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An authority made for this run and a server's certificate that it signed, in PEM.
 *
 * @param authority the authority's certificate
 * @param certificate the server's certificate, for the host names given
 * @param key the server's private key
 */
public record TestCertificates(Path authority, Path certificate, Path key) {
  private static final String PASSWORD = "only-for-this-run";

  public static TestCertificates make(Path folder, String names) {
    try {
      Path store = folder.resolve("keys.p12");
      keytool(store, "-genkeypair", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c");
      keytool(
          store,
          List.of("-genkeypair", "-alias", "server", "-dname", "CN=test", "-signer", "ca"),
          List.of("-ext", "san=" + names));
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream stream = Files.newInputStream(store)) {
        keys.load(stream, PASSWORD.toCharArray());
      }
      return new TestCertificates(
          pem(folder.resolve("ca.pem"), "CERTIFICATE", keys.getCertificate("ca").getEncoded()),
          pem(
              folder.resolve("server.pem"),
              "CERTIFICATE",
              keys.getCertificate("server").getEncoded()),
          pem(
              folder.resolve("server.key"),
              "PRIVATE KEY",
              keys.getKey("server", PASSWORD.toCharArray()).getEncoded()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void keytool(Path store, String... arguments) throws IOException {
    keytool(store, List.of(arguments), List.of());
  }

  private static void keytool(Path store, List<String> arguments, List<String> more)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    // It does next to nothing, and mostly begins.
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
    command.addAll(arguments);
    command.addAll(more);
    // As of RDS; and a client verifies it for a fraction of what another one costs.
    command.addAll(List.of("-keyalg", "RSA", "-keysize", "2048", "-validity", "2"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", store.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException(output);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path pem(Path file, String type, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(
        file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
  }
}
