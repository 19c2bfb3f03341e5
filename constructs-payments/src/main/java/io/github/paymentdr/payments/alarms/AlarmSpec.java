package io.github.paymentdr.payments.alarms;

import software.amazon.awscdk.services.cloudwatch.IMetric;

/**
 * One alarm before it exists: where the metric comes from, when it goes off, and what the person on
 * call is told.
 */
record AlarmSpec(
    String id, String title, IMetric metric, AlarmThreshold threshold, String description) {}
