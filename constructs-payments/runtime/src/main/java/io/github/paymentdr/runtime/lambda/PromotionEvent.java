package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.replication.PromotionRequest;
import io.github.paymentdr.runtime.replication.PromotionRequest.Mode;
import io.github.paymentdr.runtime.replication.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads how a region is to be promoted, and names all that is wrong with it. */
final class PromotionEvent {
  private final Map<String, Object> event;
  private final List<String> faults = new ArrayList<>();

  private PromotionEvent(Map<String, Object> event) {
    this.event = event;
  }

  static PromotionRequest read(Map<String, Object> event) {
    PromotionEvent reader = new PromotionEvent(event);
    PromotionRequest request =
        new PromotionRequest(
            reader.mode(), reader.epoch(), reader.fencedAt(), reader.acceptsIncompleteCopy());
    Optional<Duration> within = reader.within();
    if (!reader.faults.isEmpty()) {
      throw new RefusedException(Operation.PROMOTE.text(), reader.faults);
    }
    return within.map(request::within).orElse(request);
  }

  private Mode mode() {
    Object mode = event.get("mode");
    if (!"planned".equals(mode) && !"unplanned".equals(mode)) {
      faults.add(
          "mode must be planned (the other region takes part) or unplanned (it is lost), got "
              + (mode == null ? "none" : "'" + mode + "'"));
    }
    return "planned".equals(mode) ? Mode.PLANNED : Mode.UNPLANNED;
  }

  private OptionalLong epoch() {
    Object epoch = event.get("epoch");
    if (epoch == null) {
      return OptionalLong.empty();
    }
    if ((epoch instanceof Integer || epoch instanceof Long) && ((Number) epoch).longValue() >= 1) {
      return OptionalLong.of(((Number) epoch).longValue());
    }
    faults.add("epoch must be a whole number of at least 1, got '" + epoch + "'");
    return OptionalLong.empty();
  }

  private Optional<Instant> fencedAt() {
    Object fencedAt = event.get("fencedAt");
    if (fencedAt == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(fencedAt.toString()).toInstant());
    } catch (DateTimeParseException e) {
      faults.add("fencedAt must be a time like 2026-01-31T12:00:00Z, got '" + fencedAt + "'");
      return Optional.empty();
    }
  }

  private Optional<Duration> within() {
    Object seconds = event.get("withinSeconds");
    if (seconds == null) {
      return Optional.empty();
    }
    if (seconds instanceof Integer number && number >= 1) {
      return Optional.of(Duration.ofSeconds(number));
    }
    faults.add("withinSeconds must be a whole number of at least 1, got '" + seconds + "'");
    return Optional.empty();
  }

  private boolean acceptsIncompleteCopy() {
    Object accepts = event.getOrDefault("acceptIncompleteCopy", false);
    if (!(accepts instanceof Boolean)) {
      faults.add("acceptIncompleteCopy must be true or false, got '" + accepts + "'");
    }
    return Boolean.TRUE.equals(accepts);
  }
}
