package io.github.paymentdr.example.drill.pair;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the active region's database has booked, by SQL of its own and not by the payment function.
 *
 * @param payments the amounts of all payments in minor units, by id
 * @param keys the ids of the payments by idempotency key
 * @param withoutOneKey ids of payments that have no idempotency key, or two
 * @param doubledReferences references that more than one payment has
 * @param unbalancedBookings ids of bookings whose postings do not add up to zero
 * @param paidByPayer what each payer has paid in minor units, by the postings
 */
public record Books(
    Map<String, Long> payments,
    Map<String, String> keys,
    List<String> withoutOneKey,
    List<String> doubledReferences,
    List<String> unbalancedBookings,
    Map<String, Long> paidByPayer) {
  static Books of(RegionDatabase database) {
    return new Books(
        numbers(database, "select id || ' ' || authorised from ledger.payment"),
        texts(database, "select key || ' ' || payment_id from ledger.idempotency_key"),
        database.query(
            "select p.id::text from ledger.payment p"
                + " left join ledger.idempotency_key k on k.payment_id = p.id"
                + " group by p.id having count(k.key) <> 1"),
        database.query(
            "select reference from ledger.payment where reference is not null"
                + " group by reference having count(*) > 1"),
        database.query("select id::text from ledger.unbalanced_booking"),
        numbers(
            database,
            "select account || ' ' || -sum(amount) from ledger.posting"
                + " where account in (select payer from ledger.payment) group by account"));
  }

  private static Map<String, Long> numbers(RegionDatabase database, String sql) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    texts(database, sql).forEach((key, value) -> numbers.put(key, Long.valueOf(value)));
    return numbers;
  }

  private static Map<String, String> texts(RegionDatabase database, String sql) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String line : database.query(sql)) {
      int end = line.lastIndexOf(' ');
      texts.put(line.substring(0, end), line.substring(end + 1));
    }
    return texts;
  }
}
