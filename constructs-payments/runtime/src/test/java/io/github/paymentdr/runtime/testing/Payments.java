package io.github.paymentdr.runtime.testing;

/** Payments by plain SQL, each as the application books it: four tables in one transaction. */
public final class Payments {
  private Payments() {}

  /** {@return a statement that books so many payments with random keys} */
  public static String insert(int count) {
    return """
        with p as (
          insert into ledger.payment
            (id, status, currency, authorised, payer, payee, created_at, updated_at)
          select gen_random_uuid(), 'AUTHORISED', 'EUR', 1000 + n, 'payer', 'payee', now(), now()
          from generate_series(1, %d) n returning id, authorised),
        b as (
          insert into ledger.booking (id, payment_id, kind, currency, created_at)
          select gen_random_uuid(), id, 'AUTHORISATION', 'EUR', now() from p
          returning id, payment_id),
        l as (
          insert into ledger.posting (booking_id, line, account, currency, amount)
          select b.id, line, 'account-' || line, 'EUR',
            case line when 1 then authorised else -authorised end
          from b join p on p.id = b.payment_id, generate_series(1, 2) line)
        insert into ledger.idempotency_key
          (key, fingerprint, payment_id, status, body, created_at)
        select id::text, encode(sha256(id::text::bytea), 'hex'), id, 201, '{}', now() from p
        """
        .formatted(count);
  }
}
