package io.github.paymentdr.runtime.peering;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A region's EC2 as far as the peering needs it: it speaks the Query API and keeps its routes. */
public final class StubEc2 implements AutoCloseable {
  /** What the next request with an action gets instead of an answer. */
  private record Failure(String action, int status, String body, Runnable before) {}

  private record Table(
      String id, String vpcId, Map<String, String> tags, Map<String, String> routes) {}

  private final HttpServer server;
  private final Map<String, Map<String, String>> vpcs = new LinkedHashMap<>();
  private final Map<String, Table> tables = new LinkedHashMap<>();
  private final Deque<Failure> failures = new ArrayDeque<>();
  private final List<String> requests = new ArrayList<>();
  private final List<String> authorizations = new ArrayList<>();
  private int pageSize = Integer.MAX_VALUE;

  public StubEc2() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  /** Adds a VPC with a route table for databases and one for control functions. */
  public StubEc2 network(String name, String vpcId) {
    vpc(name, vpcId);
    table(name, vpcId, "rtb-database-" + vpcId, "database");
    table(name, vpcId, "rtb-control-" + vpcId, "control");
    return this;
  }

  public StubEc2 vpc(String name, String vpcId) {
    vpcs.put(vpcId, Map.of("payment-dr:network", name));
    return this;
  }

  public StubEc2 table(String name, String vpcId, String tableId, String tier) {
    Map<String, String> routes = new LinkedHashMap<>();
    routes.put("10.0.0.0/16", "gatewayId local active");
    tables.put(
        tableId,
        new Table(
            tableId, vpcId, Map.of("payment-dr:network", name, "payment-dr:tier", tier), routes));
    return this;
  }

  /** Adds a route; the target is the name of the element, the id and the state. */
  public StubEc2 route(String tableId, String destination, String target) {
    tables.get(tableId).routes().put(destination, target);
    return this;
  }

  public StubEc2 pages(int size) {
    pageSize = size;
    return this;
  }

  public StubEc2 failNext(String action, int status, String code) {
    return failNext(action, status, code, () -> {});
  }

  /** As if somebody else had been there first. */
  public StubEc2 failNext(String action, int status, String code, Runnable before) {
    return failNextWithBody(action, status, error(code), before);
  }

  public StubEc2 failNextWithBody(String action, int status, String body) {
    return failNextWithBody(action, status, body, () -> {});
  }

  private StubEc2 failNextWithBody(String action, int status, String body, Runnable before) {
    failures.add(new Failure(action, status, body, before));
    return this;
  }

  /** The routes to peering connections, as {@code destination -> target}. */
  public Map<String, String> peeringRoutes(String tableId) {
    return tables.get(tableId).routes().entrySet().stream()
        .filter(route -> route.getValue().startsWith("vpcPeeringConnectionId"))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                route -> route.getValue().split(" ", -1)[1],
                (first, second) -> first,
                LinkedHashMap::new));
  }

  /** The actions asked for that change something. */
  public List<String> changes() {
    return requests.stream().filter(action -> !action.startsWith("Describe")).toList();
  }

  public List<String> requests() {
    return List.copyOf(requests);
  }

  public List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> form = form(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
      String action = form.get("Action");
      requests.add(action);
      Failure failure = failures.peek();
      if (failure != null && failure.action().equals(action)) {
        failures.remove();
        failure.before().run();
        send(exchange, failure.status(), failure.body());
        return;
      }
      switch (action) {
        case "DescribeVpcs" -> send(exchange, 200, describe(form, "vpcSet", vpcItems(form)));
        case "DescribeRouteTables" ->
            send(exchange, 200, describe(form, "routeTableSet", tableItems(form)));
        case "CreateRoute" -> change(exchange, form, false);
        case "ReplaceRoute" -> change(exchange, form, true);
        case "DeleteRoute" -> delete(exchange, form);
        default -> send(exchange, 400, error("InvalidAction"));
      }
    }
  }

  private void change(HttpExchange exchange, Map<String, String> form, boolean mustExist)
      throws IOException {
    Map<String, String> routes = tables.get(form.get("RouteTableId")).routes();
    String destination = form.get("DestinationCidrBlock");
    if (routes.containsKey(destination) != mustExist) {
      send(exchange, 400, error(mustExist ? "InvalidRoute.NotFound" : "RouteAlreadyExists"));
      return;
    }
    routes.put(
        destination, "vpcPeeringConnectionId " + form.get("VpcPeeringConnectionId") + " active");
    send(exchange, 200, "<R><return>true</return></R>");
  }

  private void delete(HttpExchange exchange, Map<String, String> form) throws IOException {
    Table table = tables.get(form.get("RouteTableId"));
    boolean gone = table.routes().remove(form.get("DestinationCidrBlock")) == null;
    send(
        exchange,
        gone ? 400 : 200,
        gone ? error("InvalidRoute.NotFound") : "<R><return>true</return></R>");
  }

  private List<String> vpcItems(Map<String, String> form) {
    return vpcs.entrySet().stream()
        .filter(vpc -> matches(form, vpc.getValue()))
        .map(vpc -> "<item><vpcId>" + vpc.getKey() + "</vpcId></item>")
        .toList();
  }

  private List<String> tableItems(Map<String, String> form) {
    return tables.values().stream()
        .filter(table -> matches(form, table.tags()))
        .map(
            table ->
                String.format(
                    "<item><routeTableId>%s</routeTableId><vpcId>%s</vpcId><routeSet>%s"
                        + "<item><destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock>"
                        + "<gatewayId>igw-1</gatewayId></item></routeSet></item>",
                    table.id(), table.vpcId(), routeItems(table)))
        .toList();
  }

  private static String routeItems(Table table) {
    return table.routes().entrySet().stream()
        .map(
            route -> {
              String[] target = route.getValue().split(" ", -1);
              return String.format(
                  "<item><destinationCidrBlock>%1$s</destinationCidrBlock>"
                      + "<%2$s>%3$s</%2$s><state>%4$s</state></item>",
                  route.getKey(), target[0], target[1], target[2]);
            })
        .collect(Collectors.joining());
  }

  private String describe(Map<String, String> form, String list, List<String> items) {
    int start = Integer.parseInt(form.getOrDefault("NextToken", "0"));
    int end = (int) Math.min(items.size(), (long) start + pageSize);
    String next = end < items.size() ? "<nextToken>" + end + "</nextToken>" : "";
    return String.format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<Answer xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
            + "<requestId>1</requestId><%1$s>\n%2$s</%1$s>%3$s</Answer>",
        list, String.join("\n", items.subList(start, end)), next);
  }

  private static boolean matches(Map<String, String> form, Map<String, String> tags) {
    return Stream.iterate(1, number -> number + 1)
        .takeWhile(number -> form.containsKey("Filter." + number + ".Name"))
        .allMatch(
            number ->
                form.get("Filter." + number + ".Value.1")
                    .equals(
                        tags.get(form.get("Filter." + number + ".Name").replaceFirst("tag:", ""))));
  }

  private static Map<String, String> form(String body) {
    Function<String, String> decode = text -> URLDecoder.decode(text, UTF_8);
    return Stream.of(body.split("&", -1))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> decode.apply(pair[0]), pair -> decode.apply(pair[1])));
  }

  private static String error(String code) {
    return String.format(
        "<Response><Errors><Error><Code>%s</Code><Message>message of %s</Message></Error></Errors>"
            + "<RequestID>1</RequestID></Response>",
        code, code);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
