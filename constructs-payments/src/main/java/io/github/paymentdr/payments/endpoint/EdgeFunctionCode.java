package io.github.paymentdr.payments.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.github.paymentdr.core.region.RegionPair;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The source of the endpoint's CloudFront function, with what is known at synthesis filled in. */
final class EdgeFunctionCode {
  /** From "Quotas on CloudFront Functions" in the Amazon CloudFront developer guide. */
  static final int MAX_BYTES = 10_240;

  private static final String FILE = "endpoint.js";
  private static final String HEALTH_PATH = "/health";

  private EdgeFunctionCode() {}

  static String of(RegionPair pair, EndpointAccess access, boolean publicHealthCheck) {
    return read()
        .replace("%REGIONS%", String.join(",", pair.getRegions()))
        .replace("%ACCESS%", access.getMethod())
        .replace("%OPEN_PATH%", publicHealthCheck ? HEALTH_PATH : "");
  }

  private static String read() {
    try (InputStream file =
        requireNonNull(EdgeFunctionCode.class.getResourceAsStream(FILE), FILE)) {
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the edge function of the endpoint cannot be read", e);
    }
  }
}
