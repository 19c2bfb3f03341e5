package io.github.paymentdr.example.drill.stepfunctions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.common.base.Splitter;
import com.google.common.collect.Streams;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What CloudFormation would fill in: the functions of a template, with names and ARNs that are made
 * up from logical ids. The same resource always has the same name, so what the parts of a template
 * tell each other about is seen to fit.
 */
public final class TemplateFunctions {
  /** The account of all ARNs. */
  public static final String ACCOUNT = "123456789012";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode template;
  private final String stackName;
  private final String region;
  private final Map<String, TemplateFunctions> otherStacks;

  /**
   * Reads a template.
   *
   * @param template the template
   * @param stackName the stack's name
   * @param region the stack's region
   * @param otherStacks the stacks whose outputs it reads, by name
   */
  public TemplateFunctions(
      JsonNode template,
      String stackName,
      String region,
      Map<String, TemplateFunctions> otherStacks) {
    this.template = template;
    this.stackName = stackName;
    this.region = region;
    this.otherStacks = Map.copyOf(otherStacks);
  }

  /** {@return the stack's region} */
  public String region() {
    return region;
  }

  /** {@return a definition that is spread over strings and functions, as one JSON} */
  public JsonNode definition(JsonNode definitionString) {
    try {
      return JSON.readTree(text(definitionString));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** {@return what a value of the template is once it is deployed, as a text} */
  public String text(JsonNode value) {
    JsonNode resolved = resolve(value);
    if (resolved.isContainerNode()) {
      throw new IllegalArgumentException("not a text: " + resolved);
    }
    return resolved.asText();
  }

  /** {@return what an output of the stack will say} */
  public String output(String logicalId) {
    return text(required(template.path("Outputs").path(logicalId).path("Value"), logicalId));
  }

  /** {@return a value with all functions resolved, at every depth} */
  public JsonNode resolve(JsonNode value) {
    if (value.isArray()) {
      ArrayNode array = JSON.createArrayNode();
      value.forEach(member -> array.add(resolve(member)));
      return array;
    }
    if (!value.isObject()) {
      return value;
    }
    if (value.size() == 1) {
      String function = value.fieldNames().next();
      JsonNode argument = value.get(function);
      if (function.equals("Ref") || function.startsWith("Fn::")) {
        return TextNode.valueOf(apply(function, argument));
      }
    }
    ObjectNode object = JSON.createObjectNode();
    value.properties().forEach(member -> object.set(member.getKey(), resolve(member.getValue())));
    return object;
  }

  private String apply(String function, JsonNode argument) {
    return switch (function) {
      case "Ref" -> reference(argument.asText());
      case "Fn::GetAtt" -> attribute(argument.get(0).asText(), argument.get(1).asText());
      case "Fn::Join" ->
          Streams.stream(argument.get(1))
              .map(this::text)
              .collect(Collectors.joining(argument.get(0).asText()));
      case "Fn::Select" -> {
        JsonNode list = argument.get(1);
        int index = argument.get(0).asInt();
        if (list.has("Fn::Split")) {
          JsonNode split = list.get("Fn::Split");
          yield Splitter.on(split.get(0).asText()).splitToList(text(split.get(1))).get(index);
        }
        yield text(list.get(index));
      }
      case "Fn::GetStackOutput" -> stackOutput(argument);
      default -> throw new IllegalArgumentException(function + " is not known here");
    };
  }

  private String stackOutput(JsonNode argument) {
    String name = text(argument.path("StackName"));
    TemplateFunctions other = otherStacks.get(name);
    if (other == null) {
      throw new IllegalArgumentException("no stack " + name);
    }
    return other.output(argument.path("OutputName").asText());
  }

  private String reference(String name) {
    return switch (name) {
      case "AWS::Region" -> region;
      case "AWS::AccountId" -> ACCOUNT;
      case "AWS::Partition" -> "aws";
      case "AWS::URLSuffix" -> "amazonaws.com";
      case "AWS::StackName" -> stackName;
      case "AWS::StackId" -> arn("cloudformation", "stack/" + stackName + "/id");
      default -> {
        String type = typeOf(name);
        yield switch (type) {
          case "AWS::Lambda::Alias",
              "AWS::Lambda::Version",
              "AWS::SNS::Topic",
              "AWS::StepFunctions::StateMachine",
              "AWS::SecretsManager::Secret" ->
              arnOf(name, type);
          default -> nameOf(name);
        };
      }
    };
  }

  private String attribute(String name, String attribute) {
    String type = typeOf(name);
    return switch (attribute) {
      case "Arn", "TopicArn", "AliasArn", "FunctionArn" -> arnOf(name, type);
      case "FunctionUrl" ->
          "https://" + name.toLowerCase(Locale.ROOT) + ".lambda-url." + region + ".on.aws/";
      case "Version" -> "1";
      default -> name + "." + attribute;
    };
  }

  /** {@return the ARN of a resource of the template} */
  public String arnOf(String logicalId) {
    return arnOf(logicalId, typeOf(logicalId));
  }

  /** {@return the name of a resource of the template} */
  public String nameOf(String logicalId) {
    JsonNode properties = template.path("Resources").path(logicalId).path("Properties");
    for (String member :
        new String[] {
          "FunctionName", "TableName", "TopicName", "StateMachineName", "AlarmName", "Name"
        }) {
      JsonNode name = properties.path(member);
      if (!name.isMissingNode()) {
        return text(name);
      }
    }
    return logicalId;
  }

  private String arnOf(String name, String type) {
    JsonNode properties = template.path("Resources").path(name).path("Properties");
    return switch (type) {
      case "AWS::Lambda::Function" -> arn("lambda", "function:" + nameOf(name));
      case "AWS::Lambda::Alias" -> functionArn(properties) + ":" + properties.path("Name").asText();
      case "AWS::Lambda::Version" -> functionArn(properties) + ":1";
      case "AWS::Lambda::Url" -> text(properties.path("TargetFunctionArn"));
      case "AWS::SNS::Topic" -> arn("sns", nameOf(name));
      case "AWS::CloudWatch::Alarm" -> arn("cloudwatch", "alarm:" + nameOf(name));
      case "AWS::StepFunctions::StateMachine" -> arn("states", "stateMachine:" + nameOf(name));
      case "AWS::DynamoDB::GlobalTable" -> arn("dynamodb", "table/" + nameOf(name));
      case "AWS::SecretsManager::Secret" -> arn("secretsmanager", "secret:" + nameOf(name));
      case "AWS::Logs::LogGroup" -> arn("logs", "log-group:" + nameOf(name));
      case "AWS::S3::Bucket" -> "arn:aws:s3:::" + nameOf(name);
      case "AWS::IAM::Role" -> "arn:aws:iam::" + ACCOUNT + ":role/" + nameOf(name);
      default ->
          arn(Splitter.on("::").splitToList(type).get(1).toLowerCase(Locale.ROOT), nameOf(name));
    };
  }

  private String functionArn(JsonNode properties) {
    String function = text(properties.path("FunctionName"));
    return function.startsWith("arn:") ? function : arn("lambda", "function:" + function);
  }

  private String typeOf(String logicalId) {
    return required(template.path("Resources").path(logicalId).path("Type"), logicalId).asText();
  }

  private static JsonNode required(JsonNode node, String name) {
    if (node.isMissingNode()) {
      throw new IllegalArgumentException("the template has no " + name);
    }
    return node;
  }

  private String arn(String service, String rest) {
    return "arn:aws:" + service + ":" + region + ":" + ACCOUNT + ":" + rest;
  }
}
