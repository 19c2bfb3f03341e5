package io.github.paymentdr.runtime.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import io.github.paymentdr.runtime.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;

/**
 * A CloudFront key value store behind a stub of AWS: its tag changes when its content does, a write
 * with another tag is a conflict, and who does not sign for all regions is refused.
 */
public final class KeyValueStoreStub {
  public static final String ARN =
      "arn:aws:cloudfront::123456789012:key-value-store/8e1f5a06-1b8a-4bd7-9c5e-0c3b6f1f3d11";

  private static final String PREFIX = "/key-value-stores/" + ARN;

  private final Map<String, String> content = new LinkedHashMap<>();
  private final List<String> writes = new ArrayList<>();
  private Runnable beforeWrite = () -> {};
  private boolean isGone;

  private KeyValueStoreStub() {}

  public static KeyValueStoreStub behind(AwsStub aws) {
    KeyValueStoreStub store = new KeyValueStoreStub();
    aws.on("GET", store::read).on("POST", store::update);
    return store;
  }

  public synchronized Map<String, String> content() {
    return new LinkedHashMap<>(content);
  }

  public synchronized KeyValueStoreStub with(String key, String value) {
    content.put(key, value);
    return this;
  }

  /** {@return the value of {@code active} after each write, in order} */
  public synchronized List<String> writes() {
    return List.copyOf(writes);
  }

  /** Does something between what the next writer has read and its write. */
  public synchronized void beforeNextWrite(Runnable action) {
    beforeWrite = action;
  }

  public synchronized void vanish() {
    isGone = true;
  }

  private synchronized Response read(Request request) {
    String refusal = refusal(request);
    if (!refusal.isEmpty()) {
      return error(isGone ? 404 : 403, refusal);
    }
    if (request.path().equals(PREFIX)) {
      return answer(
          Map.of("ItemCount", content.size(), "TotalSizeInBytes", 1, "KvsARN", ARN, "Created", 1));
    }
    String key = request.path().substring((PREFIX + "/keys/").length());
    return content.containsKey(key)
        ? answer(
            Map.of("Key", key, "Value", content.get(key), "ItemCount", 1, "TotalSizeInBytes", 1))
        : error(404, "ResourceNotFoundException");
  }

  private Response update(Request request) throws IOException {
    Runnable action;
    synchronized (this) {
      action = beforeWrite;
      beforeWrite = () -> {};
    }
    action.run();
    return write(request);
  }

  private synchronized Response write(Request request) throws IOException {
    String refusal = refusal(request);
    if (!refusal.isEmpty()) {
      return error(isGone ? 404 : 403, refusal);
    }
    if (!request.text("If-match").equals(tag())) {
      return error(409, "ConflictException");
    }
    Map<String, Object> body = Json.readObject(new String(request.body().asByteArray(), UTF_8));
    for (Object put : (List<?>) body.getOrDefault("Puts", List.of())) {
      Map<?, ?> entry = (Map<?, ?>) put;
      content.put(String.valueOf(entry.get("Key")), String.valueOf(entry.get("Value")));
    }
    for (Object delete : (List<?>) body.getOrDefault("Deletes", List.of())) {
      content.remove(String.valueOf(((Map<?, ?>) delete).get("Key")));
    }
    writes.add(content.getOrDefault("active", ""));
    return answer(Map.of("ItemCount", content.size(), "TotalSizeInBytes", 1));
  }

  /** As strict as a tag can be that is made of the content: the same content has the same. */
  private String tag() {
    return "KV" + Integer.toHexString(content.hashCode());
  }

  private String refusal(Request request) {
    if (isGone) {
      return "ResourceNotFoundException";
    }
    boolean isSignedForAllRegions =
        request.text("Authorization").startsWith("AWS4-ECDSA-P256-SHA256 Credential=")
            && request.text("Authorization").contains("/cloudfront-keyvaluestore/aws4_request")
            && request.text("X-amz-region-set").equals("*");
    return isSignedForAllRegions ? "" : "AccessDeniedException";
  }

  private Response answer(Map<String, ?> members) {
    return new Response(
        200,
        "application/json",
        SdkBytes.fromUtf8String(Json.write(members)),
        Map.of("ETag", tag()));
  }

  private static Response error(int status, String code) {
    return new Response(
        status,
        "application/json",
        SdkBytes.fromUtf8String("{\"Message\":\"of the test\"}"),
        Map.of("x-amzn-ErrorType", code));
  }
}
