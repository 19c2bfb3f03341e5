package io.github.paymentdr.payments.replication;

import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.validation.Faults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.LayerVersion;
import software.amazon.awscdk.services.lambda.Runtime;
import software.constructs.Construct;

/** The certificates that the functions trust, as a Lambda layer, which Lambda unpacks to /opt. */
final class CertificateLayer {
  static final String PATH_IN_LAMBDA = "/opt/rds-ca-bundle.pem";

  private static final String FILE = "rds-ca-bundle.pem";
  private static final String ADVICE =
      "; download the bundle that AWS publishes for RDS and pass its path";

  private CertificateLayer() {}

  static LayerVersion create(Construct scope, String pemFile) {
    return LayerVersion.Builder.create(scope, "Certificates")
        .description("Certificates of the authorities that sign for RDS")
        .code(Code.fromAsset(folderWith(pemFile).toString()))
        .compatibleRuntimes(ImmutableList.of(Runtime.JAVA_21))
        .compatibleArchitectures(ImmutableList.of(Architecture.ARM_64))
        .build();
  }

  static void check(Faults faults, @Nullable String pemFile) {
    if (pemFile == null || !faults.requireConcrete("certificateAuthorities", pemFile)) {
      return;
    }
    byte[] content;
    try {
      content = Files.readAllBytes(Path.of(pemFile));
    } catch (IOException | InvalidPathException e) {
      faults.add(
          "certificateAuthorities must be a file that can be read, got '" + pemFile + "'" + ADVICE);
      return;
    }
    faults.unless(
        hasCertificates(content),
        "certificateAuthorities must hold X.509 certificates in PEM form, got '"
            + pemFile
            + "'"
            + ADVICE);
    faults.unless(
        !new String(content, StandardCharsets.ISO_8859_1).contains("PRIVATE KEY-----"),
        "certificateAuthorities must hold certificates only, got a private key in '"
            + pemFile
            + "'; remove the key, which everybody who may read the layer could read");
  }

  /** The factory also takes other forms, which the driver would not. */
  private static boolean hasCertificates(byte[] content) {
    if (!new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN CERTIFICATE-----")) {
      return false;
    }
    try {
      return !CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(content))
          .isEmpty();
    } catch (CertificateException e) {
      return false;
    }
  }

  /** The file's own name is the user's; the functions look for this one. */
  private static Path folderWith(String pemFile) {
    try {
      Path folder = Files.createTempDirectory("payment-dr-certificates");
      folder.toFile().deleteOnExit();
      Path file = Files.copy(Path.of(pemFile), folder.resolve(FILE));
      file.toFile().deleteOnExit();
      // The layer keeps the rights that the file has here, and Lambda does not read as its owner.
      if (!file.toFile().setReadable(true, false)) {
        throw new IOException(file + " cannot be made readable for everybody");
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("the certificates cannot be put into a layer", e);
    }
  }
}
