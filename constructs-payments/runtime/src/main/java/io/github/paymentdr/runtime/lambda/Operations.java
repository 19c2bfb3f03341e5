package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.log.Log;
import io.github.paymentdr.runtime.replication.Deadline;
import io.github.paymentdr.runtime.replication.Observation;
import io.github.paymentdr.runtime.replication.ReplicationControl;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one kind of replication does for each operation; answers are members of JSON objects. */
interface Operations {
  /** {@return the kind, as the environment names it} */
  String replication();

  /** {@return what watches and promotes} */
  ReplicationControl control(Log log);

  /** Sets this region up; the answer has {@code state} and {@code role}. */
  Map<String, @Nullable Object> setUp(Deadline deadline, Log log);

  /** Does what is to be done each minute, and measures at its end. */
  Observation maintain(Deadline deadline, Log log);

  /** {@return the metrics that this kind of replication has} */
  Metrics metrics(Observation observation);

  /** Lets this region accept nothing any more. */
  Map<String, @Nullable Object> drain(Log log);

  /** Lets the other region go on where a planned promotion of this one has stopped it. */
  Map<String, @Nullable Object> undoHandOver(Log log);

  /** Makes this region follow the other one again. */
  Map<String, @Nullable Object> rebuild(Deadline deadline, Log log);

  /** Leaves nothing behind. */
  void tearDown(Deadline deadline, Log log);
}
