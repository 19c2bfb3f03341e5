package io.github.paymentdr.example.drill.stepfunctions;

/**
 * A task that failed. The errors are named as AWS names them:
 *
 * <ul>
 *   <li>{@code DynamoDB.ConditionalCheckFailedException}: the integration {@code
 *       dynamodb:updateItem} puts {@code DynamoDB.} before the service's own name; the one by the
 *       SDK ({@code aws-sdk:dynamodb:...}) would put {@code DynamoDb.}
 *   <li>{@code Sfn.ExecutionDoesNotExistException}: {@code aws-sdk:sfn:describeExecution}
 *   <li>{@code Lambda.TooManyRequestsException}, {@code Lambda.ServiceException} and the like: the
 *       function was not called; what a function itself throws has the name of its Java class
 *   <li>{@code States.Timeout}: the state's time limit
 * </ul>
 */
public final class TaskFailure extends Exception {
  private static final long serialVersionUID = 1;

  private final String error;

  /** Makes a failure of the name and cause that Retry, Catch and the next state see. */
  public TaskFailure(String error, String cause) {
    super(cause);
    this.error = error;
  }

  /** {@return the name that Retry and Catch look at} */
  public String error() {
    return error;
  }

  /** {@return what the state that is next reads as the cause} */
  public String cause() {
    return String.valueOf(getMessage());
  }
}
