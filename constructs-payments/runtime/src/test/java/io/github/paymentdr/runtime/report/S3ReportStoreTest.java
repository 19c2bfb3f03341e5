package io.github.paymentdr.runtime.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.runtime.aws.AwsClients.Patience;
import io.github.paymentdr.runtime.aws.AwsStub;
import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.s3.S3Client;

@DisplayName("D3: a report of rows that only a returning region has is kept before any is removed")
class S3ReportStoreTest {
  private final AwsStub aws = AwsStub.start();
  private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  private final S3ReportStore store =
      new S3ReportStore(
          aws.clients().client(S3Client.builder(), "us-west-2", Patience.LARGE_FILE), "reports");

  @TempDir Path folder;

  @BeforeEach
  void answer() {
    aws.on("PUT", this::put).on("GET", this::get);
  }

  @AfterEach
  void stop() {
    aws.close();
  }

  private Response put(Request request) {
    if ("*".equals(request.text("If-none-match")) && objects.containsKey(request.path())) {
      return error(412, "PreconditionFailed");
    }
    objects.put(request.path(), request.unchunked());
    return new Response(200, "application/xml", SdkBytes.fromUtf8String(""));
  }

  private Response get(Request request) {
    byte[] found = objects.get(request.path());
    return found == null
        ? error(404, "NoSuchKey")
        : new Response(200, "application/octet-stream", SdkBytes.fromByteArray(found));
  }

  private static Response error(int status, String code) {
    return new Response(
        status,
        "application/xml",
        SdkBytes.fromUtf8String(
            "<Error><Code>" + code + "</Code><Message>as told</Message></Error>"));
  }

  private Path report(String content) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "report", ".csv"), content);
  }

  @Test
  void isStoredWithAChecksumAndReadBack() throws IOException {
    assertThat(store.store("7/ledger.payment.csv", report("id,amount\n1,100\n")))
        .isEqualTo("s3://reports/7/ledger.payment.csv");
    assertThat(objects.get("/reports/7/ledger.payment.csv"))
        .isEqualTo("id,amount\n1,100\n".getBytes(UTF_8));
    assertThat(aws.actions()).containsExactly("PUT", "GET");
    Request put = aws.requests().get(0);
    assertThat(put.region()).isEqualTo("us-west-2");
    assertThat(put.members())
        .containsEntry("X-amz-checksum-sha256", "cLHhLP6qYvz5Zcx5HLDZg8085cXPJ0Rv8oiTMSyc/lc=");
    assertThat(put.members().keySet()).noneMatch(name -> name.contains("Server-side-encryption"));
  }

  @Test
  void ofManyMegabytesIsStoredWhole() throws IOException {
    byte[] content = new byte[20_000_000];
    new Random(1).nextBytes(content);
    Path file = Files.write(folder.resolve("large.csv"), content);
    assertThat(store.store("large.csv", file)).isEqualTo("s3://reports/large.csv");
    assertThat(objects.get("/reports/large.csv")).isEqualTo(content);
  }

  @Test
  void isStoredOnceHoweverOftenItIsTried() throws IOException {
    Path report = report("same");
    assertThat(store.store("r.csv", report)).isEqualTo(store.store("r.csv", report));
    assertThat(objects).hasSize(1);
  }

  @Test
  void doesNotReplaceAnEarlierOneOfTheSameName() throws IOException {
    String first = store.store("7/r.csv", report("first"));
    Path second = report("second");
    String other = store.store("7/r.csv", second);
    assertThat(other).isNotEqualTo(first).matches("s3://reports/7/r-[0-9a-f]{12}\\.csv");
    assertThat(store.store("7/r.csv", second)).isEqualTo(other);
    assertThat(objects.values())
        .extracting(bytes -> new String(bytes, UTF_8))
        .containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void thatReadsBackDifferentlyDoesNotCount() throws IOException {
    aws.on("GET", request -> new Response(200, "text/plain", SdkBytes.fromUtf8String("cut of")));
    Path report = report("cut off");
    assertThatThrownBy(() -> store.store("r.csv", report))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("was not stored, and nothing was deleted: ")
        .hasMessageContaining("reads back with another content");
  }

  @Test
  void thatMayNotBeWrittenOrReadSaysThatNothingWasDeleted() throws IOException {
    Path report = report("content");
    aws.on("GET", request -> error(403, "AccessDenied"));
    assertThatThrownBy(() -> store.store("r.csv", report))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the report s3://reports/r.csv was not stored, and nothing was deleted:"
                + " AccessDenied (as told); allow it to the function's role");
    aws.on("PUT", request -> error(403, "AccessDenied"));
    assertThatThrownBy(() -> store.store("other.csv", report))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("other.csv was not stored, and nothing was deleted: AccessDenied");
  }

  @Test
  void isStoredThroughFailuresThatPass() throws IOException {
    aws.once("PUT", request -> error(503, "SlowDown"));
    aws.once("PUT", request -> error(500, "InternalError"));
    assertThat(store.store("r.csv", report("content"))).endsWith("r.csv");
  }

  @Test
  void withoutABucketIsNotStored() throws IOException {
    aws.on("PUT", request -> error(404, "NoSuchBucket"));
    Path report = report("content");
    assertThatThrownBy(() -> store.store("r.csv", report))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("NoSuchBucket");
  }
}
