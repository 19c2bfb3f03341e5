package io.github.paymentdr.example.drill.pair;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.paymentdr.example.drill.stepfunctions.Execution;
import io.github.paymentdr.example.drill.stepfunctions.Task;
import io.github.paymentdr.example.drill.stepfunctions.TaskFailure;
import io.github.paymentdr.example.drill.stepfunctions.TaskWorker;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Does what a region's state machine asks for: the requests to DynamoDB as they are, the functions,
 * and the few other services played.
 */
final class StateMachineTasks implements TaskWorker {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DYNAMODB = "arn:aws:states:::dynamodb:";

  private final ControlDoor tables;
  private final Gate toTables;
  private final Function<String, LambdaFunction> functions;
  private final Function<String, Optional<Execution>> executions;
  private final Function<String, Boolean> alarms;
  private final List<JsonNode> messages = new CopyOnWriteArrayList<>();

  /**
   * Makes what does the tasks.
   *
   * @param functions finds a function by its ARN; throws if there is none in this region
   * @param executions finds an execution by its ARN
   * @param alarms says whether an alarm is on, by its name
   */
  StateMachineTasks(
      ControlDoor tables,
      Gate toTables,
      Function<String, LambdaFunction> functions,
      Function<String, Optional<Execution>> executions,
      Function<String, Boolean> alarms) {
    this.tables = tables;
    this.toTables = toTables;
    this.functions = functions;
    this.executions = executions;
    this.alarms = alarms;
  }

  /** {@return what was published: topic, subject and message} */
  List<JsonNode> messages() {
    return List.copyOf(messages);
  }

  @Override
  public JsonNode perform(Task task) throws TaskFailure {
    String resource = task.resource();
    if (resource.startsWith(DYNAMODB)) {
      return dynamoDb(resource.substring(DYNAMODB.length()), task.parameters());
    }
    return switch (resource) {
      case "arn:aws:states:::lambda:invoke" -> invoke(task.parameters());
      case "arn:aws:states:::sns:publish" -> {
        messages.add(task.parameters());
        yield JSON.createObjectNode().put("MessageId", String.valueOf(messages.size()));
      }
      case "arn:aws:states:::aws-sdk:sfn:describeExecution" -> describe(task.parameters());
      case "arn:aws:states:::aws-sdk:cloudwatch:describeAlarms" -> alarms(task.parameters());
      default -> throw new IllegalArgumentException("nobody does " + resource);
    };
  }

  /** The integration takes and gives the API's own JSON, and puts the service before errors. */
  private JsonNode dynamoDb(String operation, JsonNode parameters) throws TaskFailure {
    String api = Character.toUpperCase(operation.charAt(0)) + operation.substring(1);
    try {
      toTables.pass();
      ControlTableServer.Answer response = tables.send(api, parameters.toString());
      toTables.pass();
      JsonNode answer = JSON.readTree(response.body());
      if (response.status() == 200) {
        return answer;
      }
      String type = answer.path("__type").asText();
      throw new TaskFailure(
          "DynamoDB." + type.substring(type.lastIndexOf('#') + 1),
          answer.path("message").asText(answer.path("Message").asText()));
    } catch (IOException e) {
      throw new TaskFailure("DynamoDB.SdkClientException", String.valueOf(e.getMessage()));
    }
  }

  private JsonNode invoke(JsonNode parameters) throws TaskFailure {
    LambdaFunction function = functions.apply(parameters.path("FunctionName").asText());
    ObjectNode answer = JSON.createObjectNode().put("ExecutedVersion", "1").put("StatusCode", 200);
    answer.set("Payload", function.invoke(parameters.path("Payload")));
    return answer;
  }

  private JsonNode describe(JsonNode parameters) throws TaskFailure {
    String arn = parameters.path("ExecutionArn").asText();
    if (!arn.startsWith("arn:")) {
      throw new TaskFailure("Sfn.InvalidArnException", arn);
    }
    Execution execution =
        executions
            .apply(arn)
            .orElseThrow(() -> new TaskFailure("Sfn.ExecutionDoesNotExistException", arn));
    return JSON.createObjectNode()
        .put("ExecutionArn", arn)
        .put("Status", execution.status().name());
  }

  private JsonNode alarms(JsonNode parameters) {
    ObjectNode answer = JSON.createObjectNode();
    answer.putArray("CompositeAlarms");
    var list = answer.putArray("MetricAlarms");
    for (JsonNode name : parameters.path("AlarmNames")) {
      list.addObject()
          .put("AlarmName", name.asText())
          .put("StateValue", alarms.apply(name.asText()) ? "ALARM" : "OK");
    }
    return answer;
  }
}
