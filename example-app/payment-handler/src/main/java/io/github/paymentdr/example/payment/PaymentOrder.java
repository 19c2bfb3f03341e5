package io.github.paymentdr.example.payment;

import java.util.Currency;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a caller asks to be paid.
 *
 * @param amount in minor units, at least 1
 * @param currency an ISO 4217 code
 * @param payer the account that gives
 * @param payee the account that gets
 * @param reference a text for people
 * @param sessionId the checkout that this belongs to
 */
record PaymentOrder(
    long amount,
    String currency,
    String payer,
    String payee,
    Optional<String> reference,
    Optional<String> sessionId) {
  /** Below 2^53, so that a caller's JSON reader cannot lose digits. */
  static final long MAX_AMOUNT = 1_000_000_000_000_000L;

  static final Pattern ACCOUNT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** Letters, marks, digits, punctuation, symbols and spaces: no control character, no line end. */
  private static final Pattern REFERENCE =
      Pattern.compile("[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]{1,140}");

  private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
  private static final String ACCOUNT_ALLOWED =
      "1 to 64 letters, digits, dots, hyphens or underscores and begin with a letter or digit";
  private static final Set<String> MEMBERS =
      Set.of("amount", "currency", "payer", "payee", "reference", "sessionId");

  /**
   * Reads an order.
   *
   * @param body the body of the request
   * @return the order
   * @throws ProblemException if it is malformed or breaks a rule
   */
  static PaymentOrder read(Map<String, Object> body) {
    Fields fields = Fields.of(body, MEMBERS);
    PaymentOrder order =
        new PaymentOrder(
            fields.number("amount", 1, MAX_AMOUNT),
            fields.text("currency", CURRENCY, "three capital letters"),
            fields.text("payer", ACCOUNT, ACCOUNT_ALLOWED),
            fields.text("payee", ACCOUNT, ACCOUNT_ALLOWED),
            fields.optionalText("reference", REFERENCE, "1 to 140 printable characters"),
            fields.optionalText("sessionId", Session.ID, Session.ID_ALLOWED));
    if (!hasMinorUnits(order.currency())) {
      throw ProblemException.ruleBroken(
          "currency must be an ISO 4217 currency with defined minor units");
    }
    if (order.payer().equals(order.payee())) {
      throw ProblemException.ruleBroken("payer and payee must be two accounts");
    }
    return order;
  }

  /** Gold, test codes and the like have no minor units, so an amount in them means nothing. */
  private static boolean hasMinorUnits(String code) {
    try {
      return Currency.getInstance(code).getDefaultFractionDigits() >= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The account for money that is authorised and not captured; no caller can name it. */
  String holdAccount() {
    return "hold:" + currency;
  }
}
