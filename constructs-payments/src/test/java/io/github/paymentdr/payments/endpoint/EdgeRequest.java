package io.github.paymentdr.payments.endpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as CloudFront hands it to the function, with the store that it finds. */
final class EdgeRequest {
  static final String WEST = "us-west-2";
  static final String WEST_HOST = "west1234567890.lambda-url.us-west-2.on.aws";

  private final Map<String, Object> request = new LinkedHashMap<>();
  private final Map<String, Object> headers = new LinkedHashMap<>();
  private final Map<String, String> store = new LinkedHashMap<>();
  private @Nullable String unreadable;
  private long now = EdgeRuntime.NOW_SECONDS * 1000;

  private EdgeRequest(String method, String uri) {
    request.put("method", method);
    request.put("uri", uri);
    request.put("querystring", new LinkedHashMap<>());
    request.put("headers", headers);
    request.put("cookies", new LinkedHashMap<>());
    header("host", "d111111abcdef8.cloudfront.net");
  }

  /** With a store that has the key of {@link Tokens} and both regions; the primary is active. */
  static EdgeRequest of(String method, String uri) {
    return withEmptyStore(method, uri)
        .stored("active", "us-east-1")
        .stored("origin.us-east-1", "east1234567890.lambda-url.us-east-1.on.aws")
        .stored("origin." + WEST, WEST_HOST)
        .stored("caller." + Tokens.KID, Tokens.SECRET);
  }

  static EdgeRequest withEmptyStore(String method, String uri) {
    return new EdgeRequest(method, uri);
  }

  EdgeRequest header(String name, String value) {
    headers.put(name, Map.of("value", value));
    return this;
  }

  EdgeRequest headerTwice(String name, String first, String second) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("value", first);
    header.put("multiValue", List.of(Map.of("value", first), Map.of("value", second)));
    headers.put(name, header);
    return this;
  }

  EdgeRequest token(String token) {
    return header("authorization", "Bearer " + token);
  }

  EdgeRequest query(Map<String, ?> query) {
    request.put("querystring", query);
    return this;
  }

  EdgeRequest stored(String key, String value) {
    store.put(key, value);
    return this;
  }

  EdgeRequest notStored(String key) {
    store.remove(key);
    return this;
  }

  /** A key that is there and cannot be read, {@code *} for all, {@code kvs} for no store at all. */
  EdgeRequest unreadable(String key) {
    this.unreadable = key;
    return this;
  }

  EdgeRequest at(long seconds) {
    this.now = seconds * 1000;
    return this;
  }

  Map<String, Object> asRequest() {
    return request;
  }

  Map<String, Object> asCall() {
    Map<String, Object> call = new LinkedHashMap<>();
    call.put("request", request);
    call.put("store", store);
    call.put("unreadable", unreadable);
    call.put("now", now);
    return call;
  }
}
