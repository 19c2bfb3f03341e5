package io.github.paymentdr.runtime.aws;

import io.github.paymentdr.runtime.replication.ControlException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says what a failed call to AWS means for whoever operates the replication. */
public final class AwsFailures {
  private AwsFailures() {}

  /**
   * Makes an exception of a failure.
   *
   * @param what what was not done
   * @param failure the failure
   * @return an exception that says why not and what to do
   */
  public static ControlException of(String what, SdkException failure) {
    return new ControlException(what + ": " + reason(failure), failure);
  }

  /**
   * Says why a call failed.
   *
   * @param failure the failure
   * @return why, and what to do
   */
  public static String reason(SdkException failure) {
    if (failure instanceof AwsServiceException service && service.awsErrorDetails() != null) {
      AwsErrorDetails details = service.awsErrorDetails();
      return details.errorCode()
          + " ("
          + details.errorMessage()
          + (isDenied(service) ? "); allow it to the function's role" : "); call again");
    }
    return "no answer from AWS ("
        + failure.getMessage()
        + "); see that the function's subnets reach the service, and call again";
  }

  private static boolean isDenied(AwsServiceException failure) {
    return failure.statusCode() == 403
        || String.valueOf(failure.awsErrorDetails().errorCode()).startsWith("AccessDenied");
  }
}
