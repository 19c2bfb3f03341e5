package io.github.paymentdr.example.payment;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The addresses of the API and the methods that each has. */
enum Route {
  PAYMENTS("/payments", "POST"),
  PAYMENT("/payments/{id}", "GET, HEAD"),
  CAPTURE("/payments/{id}/capture", "POST"),
  REFUND("/payments/{id}/refund", "POST"),
  BALANCE("/accounts/{id}/balance", "GET, HEAD"),
  SESSION("/sessions/{id}", "GET, HEAD, PUT"),
  HEALTH("/health", "GET, HEAD");

  private static final String ID = "{id}";

  private final String template;
  private final String allow;

  Route(String template, String allow) {
    this.template = template;
    this.allow = allow;
  }

  /**
   * A route that fits a path.
   *
   * @param route the route
   * @param id what stands in the path for {@code {id}}, empty when the route has none
   */
  record Match(Route route, String id) {}

  /**
   * Finds the route of a path.
   *
   * @param path a path without the query string; one resource has one path, so a slash at its end
   *     makes it another one
   * @return the route, empty when there is none
   */
  static Optional<Match> of(String path) {
    List<String> actual = segments(path);
    return Arrays.stream(values())
        .filter(route -> route.fits(actual))
        .findFirst()
        .map(route -> new Match(route, route.idIn(actual)));
  }

  private static List<String> segments(String path) {
    return Arrays.asList(path.split("/", -1));
  }

  private boolean fits(List<String> actual) {
    List<String> wanted = segments(template);
    return actual.size() == wanted.size()
        && IntStream.range(0, wanted.size()).allMatch(i -> fits(wanted.get(i), actual.get(i)));
  }

  private static boolean fits(String wanted, String actual) {
    return wanted.equals(ID) ? !actual.isEmpty() : wanted.equals(actual);
  }

  private String idIn(List<String> actual) {
    int index = segments(template).indexOf(ID);
    return index < 0 ? "" : actual.get(index);
  }

  /** {@return the path as a pattern, which holds nothing that a caller sent} */
  String template() {
    return template;
  }

  boolean has(String method) {
    return List.of(allow.split(", ", -1)).contains(method);
  }

  /** {@return the methods as the header Allow lists them} */
  String allow() {
    return allow;
  }
}
