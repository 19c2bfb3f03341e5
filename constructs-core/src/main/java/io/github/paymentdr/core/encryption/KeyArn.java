package io.github.paymentdr.core.encryption;

import com.google.common.base.Joiner;
import io.github.paymentdr.core.validation.Faults;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Token;

/** Checks the ARNs of KMS keys that one region must know of the other. */
public final class KeyArn {
  /** From "Key identifiers" in the AWS KMS developer guide. */
  private static final Pattern FORM =
      Pattern.compile("arn:[a-z0-9-]+:kms:([a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+");

  private KeyArn() {}

  /**
   * Adds a fault unless a text is the ARN of a KMS key in one of the regions. A deploy-time token
   * passes, since nothing is known of it.
   *
   * @param faults where the fault is added
   * @param name the property's name
   * @param arn the text
   * @param regions the regions that the key may be in
   */
  public static void check(
      Faults faults, String name, @Nullable String arn, Collection<String> regions) {
    if (arn == null) {
      faults.require(name, arn, "pass the key's ARN");
      return;
    }
    if (Token.isUnresolved(arn)) {
      return;
    }
    Matcher matcher = FORM.matcher(arn);
    if (!matcher.matches()) {
      faults.add(
          name
              + " must be the ARN of a KMS key such as arn:aws:kms:us-east-1:111122223333:key/"
              + "1234abcd-12ab-34cd-56ef-1234567890ab, got '"
              + arn
              + "'; an alias is not a key, because policies name keys");
      return;
    }
    String region = matcher.group(1);
    faults.unless(
        regions.contains(region),
        String.format(
            "%s must name a key in %s, got one in %s; choose a key of that region",
            name, Joiner.on(" or ").join(regions), region));
  }
}
