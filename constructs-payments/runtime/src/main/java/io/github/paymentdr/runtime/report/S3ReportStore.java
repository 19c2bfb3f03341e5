package io.github.paymentdr.runtime.report;

import io.github.paymentdr.runtime.aws.AwsFailures;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Keeps reports in a bucket, encrypted as the bucket does by default. A report is read back whole
 * before it counts as stored, because rows are deleted after that: so it is known that the key
 * decrypts it and that whoever may read the bucket gets every byte.
 */
public final class S3ReportStore implements ReportStore {
  private static final int ALREADY_THERE = 412;

  private final S3Client client;
  private final String bucket;

  /**
   * Makes the store.
   *
   * @param client a client of the bucket's region
   * @param bucket the bucket's name
   */
  public S3ReportStore(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  /**
   * Stores a report. A report with the same content is not stored twice, and one with another
   * content and the same name keeps its place: the new one gets a part of its digest in its name.
   *
   * @param name the report's name
   * @param content the file to store, at most 5 GB
   * @return the report's address, {@code s3://bucket/name}
   * @throws IOException if it was not stored or does not read back the same; the message says that
   *     nothing was deleted
   */
  @Override
  public String store(String name, Path content) throws IOException {
    byte[] digest = digestOf(content);
    String key = name;
    try {
      if (!put(key, content, digest) && !isThere(key, digest)) {
        key = withDigest(name, digest);
        put(key, content, digest);
      }
      if (isThere(key, digest)) {
        return "s3://" + bucket + "/" + key;
      }
      throw new IOException(notStored(key) + "it reads back with another content; call again");
    } catch (SdkException e) {
      throw new IOException(notStored(key) + AwsFailures.reason(e), e);
    }
  }

  /** {@return false if there is an object of this key} */
  private boolean put(String key, Path content, byte[] digest) {
    PutObjectRequest request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .checksumSHA256(Base64.getEncoder().encodeToString(digest))
            .ifNoneMatch("*")
            .build();
    try {
      client.putObject(request, RequestBody.fromFile(content));
      return true;
    } catch (S3Exception e) {
      if (e.statusCode() == ALREADY_THERE) {
        return false;
      }
      throw e;
    }
  }

  private boolean isThere(String key, byte[] digest) throws IOException {
    try (InputStream stored = client.getObject(get -> get.bucket(bucket).key(key))) {
      return MessageDigest.isEqual(digest, digestOf(stored));
    }
  }

  private String notStored(String key) {
    return "the report s3://" + bucket + "/" + key + " was not stored, and nothing was deleted: ";
  }

  private static String withDigest(String name, byte[] digest) {
    String part = "-" + HexFormat.of().formatHex(digest, 0, 6);
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name + part : name.substring(0, dot) + part + name.substring(dot);
  }

  private static byte[] digestOf(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return digestOf(stream);
    }
  }

  private static byte[] digestOf(InputStream stream) throws IOException {
    try (DigestInputStream digesting =
        new DigestInputStream(stream, MessageDigest.getInstance("SHA-256"))) {
      digesting.transferTo(OutputStream.nullOutputStream());
      return digesting.getMessageDigest().digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
