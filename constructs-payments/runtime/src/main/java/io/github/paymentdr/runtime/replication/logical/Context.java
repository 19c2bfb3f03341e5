package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.log.Log;

/**
 * What every operation needs.
 *
 * @param settings how this region takes part
 * @param servers the two databases
 * @param log where it says what it does
 */
record Context(LogicalSettings settings, Servers servers, Log log) {}
