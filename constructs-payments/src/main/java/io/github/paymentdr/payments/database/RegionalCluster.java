package io.github.paymentdr.payments.database;

import software.amazon.awscdk.services.rds.IDatabaseCluster;
import software.amazon.awscdk.services.secretsmanager.ISecret;

/** The cluster of one region and the secret of its master user. */
record RegionalCluster(IDatabaseCluster cluster, ISecret secret) {}
