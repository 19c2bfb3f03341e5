package io.github.paymentdr.core.reference;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.constructs.Construct;

/**
 * An output of one stack that a stack of another region reads with CloudFormation's own {@code
 * Fn::GetStackOutput}: no custom resource, no export that blocks a change.
 *
 * <pre>{@code
 * StackOutput<String> arn = StackOutput.ofText(primary, "AssetsBucketArn", bucket.getBucketArn(), "…");
 * arn.readIn(secondary); // {"Fn::GetStackOutput": ...}, and secondary depends on primary
 * }</pre>
 *
 * <p>CloudFormation resolves the value whenever the reading stack is deployed. While the region of
 * the output is lost, the reading stack can therefore not be updated; what a region needs for its
 * own recovery must come from {@link io.github.paymentdr.core.region.DrNames} instead.
 *
 * @param <T> the type of the value
 */
public final class StackOutput<T> {
  private static final Joiner LIST = Joiner.on(',');

  private final Stack producer;
  private final String logicalId;
  private final T value;
  private final Function<String, T> decoder;

  private StackOutput(
      Stack producer,
      String id,
      T value,
      String text,
      String description,
      Function<String, T> decoder) {
    this.producer = producer;
    this.value = value;
    this.decoder = decoder;
    // An id of its own scope would get a hash; the output's name is what people look for.
    CfnOutput output =
        CfnOutput.Builder.create(producer, id).value(text).description(description).build();
    output.overrideLogicalId(id);
    this.logicalId = id;
  }

  /**
   * Adds a text to the outputs of a stack.
   *
   * @param producer the stack that has the value
   * @param id the output's name, unique in the stack: letters and digits
   * @param value the value, a deploy-time token or a literal
   * @param description what the value is, for whoever reads the stack's outputs
   * @return the output
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the id has other
   *     characters
   */
  public static StackOutput<String> ofText(
      Stack producer, String id, String value, String description) {
    return new StackOutput<>(producer, checked(id), value, value, description, text -> text);
  }

  /**
   * Adds a list of texts to the outputs of a stack, separated by commas.
   *
   * @param producer the stack that has the values
   * @param id the output's name, unique in the stack: letters and digits
   * @param values the values, at least one, none of which contains a comma; each may be a
   *     deploy-time token, but not the list itself
   * @param description what the values are, for whoever reads the stack's outputs
   * @return the output
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the id has other
   *     characters, the number of values is zero or not known, or one contains a comma
   */
  public static StackOutput<List<String>> ofTextList(
      Stack producer, String id, List<String> values, String description) {
    checkValues(id, values);
    int size = values.size();
    return new StackOutput<>(
        producer,
        checked(id),
        ImmutableList.copyOf(values),
        LIST.join(values),
        description,
        text -> select(text, size));
  }

  /**
   * The value for use in another stack. That stack then depends on the one that has the output.
   *
   * @param scope a construct of the reading stack
   * @return the value itself inside its own stack, else a reference to the output
   * @throws io.github.paymentdr.core.validation.InvalidInputException if the reading stack names a
   *     region and the stack that has the output does not, if that stack is a nested one, or if the
   *     two are in different accounts
   */
  public T readIn(Construct scope) {
    Stack consumer = Stack.of(scope);
    if (consumer.equals(producer)) {
      return value;
    }
    checkReachable(consumer);
    consumer.addStackDependency(producer, "reads output " + logicalId);
    return decoder.apply(
        Fn.getStackOutput(producer.getStackName(), logicalId, producer.getRegion()));
  }

  /** {@return the output's name in its stack} */
  public String getLogicalId() {
    return logicalId;
  }

  private static List<String> select(String text, int size) {
    List<String> parts = Fn.split(",", text);
    return IntStream.range(0, size).mapToObj(index -> Fn.select(index, parts)).toList();
  }

  /** Without a region of its own, the producer's region would be resolved to the reader's. */
  private void checkReachable(Stack consumer) {
    Faults faults = Faults.of("StackOutput");
    faults.unless(
        !producer.getNested(),
        String.format(
            "stack %s must not be a nested stack, whose name %s cannot know; make the output in the"
                + " stack around it",
            producer.getNode().getPath(), consumer.getNode().getPath()));
    faults.unless(
        isSameOrUnknown(producer.getAccount(), consumer.getAccount()),
        String.format(
            "stack %s must be in the account of %s to have its output %s read, got %s and %s; use"
                + " one account for both",
            producer.getNode().getPath(),
            consumer.getNode().getPath(),
            logicalId,
            producer.getAccount(),
            consumer.getAccount()));
    faults.unless(
        !Token.isUnresolved(producer.getRegion()) || Token.isUnresolved(consumer.getRegion()),
        String.format(
            "stack %s must name its region so that %s can read its output %s, got an"
                + " environment-agnostic stack; set"
                + " env(Environment.builder().region(...).build())",
            producer.getNode().getPath(), consumer.getNode().getPath(), logicalId));
    faults.throwIfAny();
  }

  private static boolean isSameOrUnknown(String one, String other) {
    return one.equals(other) || Token.isUnresolved(one) || Token.isUnresolved(other);
  }

  private static void checkValues(String id, List<String> values) {
    Faults faults = Faults.of("StackOutput");
    faults.unless(
        !values.isEmpty(),
        "values of " + id + " must not be empty; CloudFormation has no empty output");
    faults.unless(
        !Token.isUnresolved(values),
        "values of "
            + id
            + " must be a list of known length, got a deploy-time list; use Fn.join(...) and an"
            + " output of text");
    if (!faults.requireElements("values of " + id, values)) {
      faults.throwIfAny();
    }
    for (String value : values) {
      faults.unless(
          !value.contains(","),
          String.format(
              "value of %s must not contain a comma, got '%s'; use an output of its own",
              id, value));
    }
    faults.throwIfAny();
  }

  private static String checked(String id) {
    Faults faults = Faults.of("StackOutput");
    if (faults.requireConcrete("id", id)) {
      faults.unless(
          id.matches("[A-Za-z][A-Za-z0-9]*"),
          "id must be letters and digits, starting with a letter, got '" + id + "'");
    }
    faults.throwIfAny();
    return id;
  }
}
