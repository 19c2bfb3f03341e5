package io.github.paymentdr.example.payment;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/**
 * Keys as of RFC 9562, version 7: they begin with the time, so that new rows go to the end of an
 * index, and need no sequence, which logical replication would not carry over.
 *
 * <p>All bits after the time are random and none is remembered between two keys: functions that are
 * resumed from one snapshot must not go on with one counter. {@link SecureRandom} is among what
 * Lambda seeds anew when it resumes a snapshot.
 */
final class UuidV7 {
  private static final SecureRandom RANDOM = new SecureRandom();

  private UuidV7() {}

  static UUID at(Instant time) {
    long high = (time.toEpochMilli() << 16) | 0x7000L | (RANDOM.nextInt() & 0x0fffL);
    long low = (RANDOM.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
