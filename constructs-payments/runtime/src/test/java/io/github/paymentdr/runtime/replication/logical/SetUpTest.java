package io.github.paymentdr.runtime.replication.logical;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.paymentdr.runtime.replication.NodeRole;
import io.github.paymentdr.runtime.testing.TestPair;
import org.junit.jupiter.api.Test;

class SetUpTest {
  @Test
  void theFirstRegionIsActiveAndTheSecondFollowsIt() {
    TestPair pair = TestPair.withPayments();

    SetUpOutcome east = pair.east().setUp();
    SetUpOutcome west = pair.west().setUp();

    assertThat(east).isEqualTo(new SetUpOutcome(NodeRole.ACTIVE, 4, 4));
    assertThat(west).isEqualTo(new SetUpOutcome(NodeRole.STANDBY, 6, 6));
  }
}
