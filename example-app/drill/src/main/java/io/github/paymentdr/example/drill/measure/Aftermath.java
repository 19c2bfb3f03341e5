package io.github.paymentdr.example.drill.measure;

import io.github.paymentdr.example.drill.load.Attempt;
import io.github.paymentdr.example.drill.load.Order;
import io.github.paymentdr.example.drill.load.PaymentTarget;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What the endpoint says when all is over: of each payment that was acknowledged, and of each
 * account that has paid.
 *
 * @param payments what became of each payment, by id
 * @param balances what each account has got less what it gave, in minor units; without the accounts
 *     that could not be asked for
 */
public record Aftermath(Map<String, Finding> payments, Map<String, Long> balances) {
  /** The answers of nobody. */
  public static final Aftermath NOT_ASKED = new Aftermath(Map.of(), Map.of());

  /** What the endpoint says of a payment. */
  public enum Finding {
    /** It is there, with the amount that it was acknowledged with. */
    THERE,
    /** It is not there, or is another one. */
    NOT_THERE,
    /** There was no answer, however often it was asked for. */
    UNKNOWN
  }

  /**
   * Asks for all of them.
   *
   * @param target the endpoint
   * @param attempts what the callers were told
   * @param orders what they have begun
   * @param limit how long that may take
   */
  public static Aftermath ask(
      PaymentTarget target, Collection<Attempt> attempts, List<Order> orders, Duration limit) {
    return new AftermathQuestions(target, limit).ask(attempts, orders);
  }
}
