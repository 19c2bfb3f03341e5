package io.github.paymentdr.payments.database;

import java.util.List;
import java.util.stream.IntStream;

/** The place of one instance in a cluster. The writer's is the first choice for a promotion. */
record InstanceSlot(String id, int promotionTier) {
  static final InstanceSlot WRITER = new InstanceSlot("Writer", 0);

  static List<InstanceSlot> readersOf(DrAuroraClusterProps props) {
    return IntStream.rangeClosed(1, props.getReaders().intValue())
        .mapToObj(number -> new InstanceSlot("Reader" + number, 1))
        .toList();
  }
}
