package io.github.paymentdr.example.drill.pair;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.time.Duration;
import java.util.UUID;

/** What Lambda tells a handler about an invocation. */
final class LambdaContext implements Context {
  private final String function;
  private final String request = UUID.randomUUID().toString();
  private final long end;

  LambdaContext(String function, Duration time) {
    this.function = function;
    this.end = System.nanoTime() + time.toNanos();
  }

  @Override
  public String getAwsRequestId() {
    return request;
  }

  @Override
  public int getRemainingTimeInMillis() {
    return (int) Math.max(0, (end - System.nanoTime()) / 1_000_000);
  }

  @Override
  public String getFunctionName() {
    return function;
  }

  @Override
  public String getFunctionVersion() {
    return "1";
  }

  @Override
  public String getInvokedFunctionArn() {
    return function;
  }

  @Override
  public String getLogGroupName() {
    return function;
  }

  @Override
  public String getLogStreamName() {
    return request;
  }

  @Override
  public CognitoIdentity getIdentity() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ClientContext getClientContext() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getMemoryLimitInMB() {
    return 1024;
  }

  @Override
  public LambdaLogger getLogger() {
    throw new UnsupportedOperationException();
  }
}
