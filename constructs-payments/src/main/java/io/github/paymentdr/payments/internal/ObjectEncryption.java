package io.github.paymentdr.payments.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import software.amazon.awscdk.Aws;

/** The use of a KMS key by S3 for the objects of one bucket, and for nothing else. */
public final class ObjectEncryption {
  private ObjectEncryption() {}

  /**
   * Conditions of a statement that allows key actions. With a bucket key, S3 names the bucket in
   * the encryption context, without one the object; clients may choose either.
   */
  public static Map<String, Map<String, Object>> only(String region, String bucketArn) {
    return ImmutableMap.of(
        "StringEquals",
        ImmutableMap.of("kms:ViaService", String.format("s3.%s.%s", region, Aws.URL_SUFFIX)),
        "StringLike",
        ImmutableMap.of(
            "kms:EncryptionContext:aws:s3:arn", ImmutableList.of(bucketArn, bucketArn + "/*")));
  }
}
