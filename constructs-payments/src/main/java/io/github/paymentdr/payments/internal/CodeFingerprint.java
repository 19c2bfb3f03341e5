package io.github.paymentdr.payments.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.util.Map;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.constructs.Construct;

/**
 * A text that changes when CloudFormation would replace the code of a function, and only then.
 *
 * <p>It is where the code lies, which for an asset has the hash of its content; for an object in a
 * bucket it is the key and version, whose values may be known at deploy time only.
 */
public final class CodeFingerprint {
  private static final String INLINE = "zipFile";

  private CodeFingerprint() {}

  public static String of(Construct scope, CfnFunction function) {
    Stack stack = Stack.of(scope);
    // Source may be larger than what CloudFormation hands to a custom resource.
    return stack.resolve(function.getCode()) instanceof Map<?, ?> map && map.containsKey(INLINE)
        ? Hashing.sha256().hashString(String.valueOf(map.get(INLINE)), UTF_8).toString()
        : stack.toJsonString(function.getCode());
  }
}
