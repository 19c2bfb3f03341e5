package io.github.paymentdr.runtime.lambda;

import io.github.paymentdr.runtime.aws.AwsClients;
import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.aws.Secrets;
import io.github.paymentdr.runtime.aws.Secrets.DatabaseUser;
import io.github.paymentdr.runtime.replication.logical.Servers;
import java.util.function.Supplier;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** What a running function keeps of its pair of databases between operations. */
final class Pair {
  private final Configuration.Logical mode;
  private final SecretsManagerClient secrets;
  private final PeerAddress peer;

  Pair(Configuration configuration, Configuration.Logical mode, AwsClients clients) {
    this.mode = mode;
    this.secrets =
        clients.client(SecretsManagerClient.builder(), configuration.region(), Patience.LOOK_UP);
    this.peer =
        new PeerAddress(
            configuration.peerRegion(),
            mode.server(),
            PeerAddress.Lookup.with(clients, configuration.peerRegion(), mode.peerCluster()));
  }

  SecretsManagerClient secrets() {
    return secrets;
  }

  /** {@return the servers for one operation} */
  Servers servers() {
    return servers(() -> Secrets.read(secrets, mode.replicationSecret()));
  }

  /** {@return the servers for one operation with another replication user than the current one} */
  Servers servers(Supplier<DatabaseUser> replicationUser) {
    return new AwsServers(
        mode.server(),
        new Login(() -> Secrets.read(secrets, mode.masterSecret())),
        new Login(replicationUser),
        peer);
  }
}
