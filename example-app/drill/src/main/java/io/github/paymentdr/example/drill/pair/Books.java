package io.github.paymentdr.example.drill.pair;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Maps;
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
  /** Each row begins with what it is; one statement sees one moment. */
  private static final String ALL =
      """
      select 'payment ' || id || ' ' || authorised from ledger.payment
      union all
      select 'key ' || key || ' ' || payment_id from ledger.idempotency_key
      union all
      select 'withoutOneKey ' || p.id from ledger.payment p
        left join ledger.idempotency_key k on k.payment_id = p.id
        group by p.id having count(k.key) <> 1
      union all
      select 'doubledReference ' || reference from ledger.payment
        where reference is not null group by reference having count(*) > 1
      union all
      select 'unbalancedBooking ' || id from ledger.unbalanced_booking
      union all
      select 'payer ' || account || ' ' || -sum(amount) from ledger.posting
        where account in (select payer from ledger.payment) group by account
      """;

  static Books of(RegionDatabase database) {
    ImmutableListMultimap.Builder<String, String> rows = ImmutableListMultimap.builder();
    for (String row : database.query(ALL)) {
      int end = row.indexOf(' ');
      rows.put(row.substring(0, end), row.substring(end + 1));
    }
    ImmutableListMultimap<String, String> all = rows.build();
    return new Books(
        Maps.transformValues(texts(all.get("payment")), Long::valueOf),
        texts(all.get("key")),
        all.get("withoutOneKey"),
        all.get("doubledReference"),
        all.get("unbalancedBooking"),
        Maps.transformValues(texts(all.get("payer")), Long::valueOf));
  }

  private static Map<String, String> texts(List<String> rows) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String row : rows) {
      int end = row.lastIndexOf(' ');
      texts.put(row.substring(0, end), row.substring(end + 1));
    }
    return texts;
  }
}
