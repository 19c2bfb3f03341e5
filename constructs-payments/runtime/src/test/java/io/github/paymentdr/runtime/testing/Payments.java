package io.github.paymentdr.runtime.testing;

/** Payments by plain SQL, each as the application books it: four tables in one transaction. */
public final class Payments {
  private Payments() {}

  /** {@return a statement that books payments; the same number is always the same payment} */
  public static String insert(int first, int count) {
    return """
        with n as (
          select n, timestamptz '2026-01-01' + n * interval '1 second' as at
          from generate_series(%1$d, %1$d + %2$d - 1) n),
        p as (
          insert into ledger.payment
            (id, status, currency, authorised, payer, payee, created_at, updated_at)
          select md5('payment ' || n)::uuid, 'AUTHORISED', 'EUR', 1000 + n, 'payer', 'payee', at, at
          from n),
        b as (
          insert into ledger.booking (id, payment_id, kind, currency, created_at)
          select md5('booking ' || n)::uuid, md5('payment ' || n)::uuid, 'AUTHORISATION', 'EUR', at
          from n),
        l as (
          insert into ledger.posting (booking_id, line, account, currency, amount)
          select md5('booking ' || n)::uuid, line, 'account-' || line, 'EUR',
            case line when 1 then 1000 + n else -1000 - n end
          from n, generate_series(1, 2) line)
        insert into ledger.idempotency_key
          (key, fingerprint, payment_id, status, body, created_at)
        select 'key-' || n, repeat('0', 64), md5('payment ' || n)::uuid, 201, '{}', at from n
        """
        .formatted(first, count);
  }
}
