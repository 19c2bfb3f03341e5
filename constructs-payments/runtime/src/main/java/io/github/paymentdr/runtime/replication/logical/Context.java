package io.github.paymentdr.runtime.replication.logical;

import io.github.paymentdr.runtime.lease.LeaseReader;
import io.github.paymentdr.runtime.log.Log;
import java.util.Optional;

/**
 * What every operation needs.
 *
 * @param settings how this region takes part
 * @param servers the two databases
 * @param log where it says what it does
 * @param lease what names the active region, if anything beside the databases does
 */
record Context(LogicalSettings settings, Servers servers, Log log, Optional<LeaseReader> lease) {}
