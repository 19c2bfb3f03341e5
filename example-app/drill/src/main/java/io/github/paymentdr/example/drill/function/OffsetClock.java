package io.github.paymentdr.example.drill.function;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A wall clock that is wrong by as many milliseconds as a file says, from one moment to the next.
 */
public final class OffsetClock extends Clock {
  private final MappedByteBuffer offset;

  private OffsetClock(MappedByteBuffer offset) {
    this.offset = offset;
  }

  /** {@return a clock that goes by a file, which is made if it is not there} */
  public static OffsetClock of(Path file) {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      return new OffsetClock(channel.map(MapMode.READ_WRITE, 0, Long.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets all clocks that go by the file. */
  public void set(Duration newOffset) {
    offset.putLong(0, newOffset.toMillis());
  }

  @Override
  public Instant instant() {
    return Clock.systemUTC().instant().plusMillis(offset.getLong(0));
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
