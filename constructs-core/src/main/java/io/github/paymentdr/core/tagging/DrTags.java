package io.github.paymentdr.core.tagging;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import io.github.paymentdr.core.validation.Faults;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.IAspect;
import software.amazon.awscdk.TagManager;
import software.amazon.awscdk.Tags;
import software.constructs.Construct;
import software.constructs.IConstruct;
import software.constructs.IValidation;

/**
 * The four tags that every taggable resource of a pair carries, and the check that none lacks them.
 *
 * <pre>{@code
 * DrTags.Builder.create().environment("Production").application("PaymentProcessor").build()
 *     .applyTo(stack);
 * }</pre>
 */
public final class DrTags {
  /** From "Tag naming limits and requirements" in the Tagging AWS Resources user guide. */
  private static final Pattern VALUE = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]{1,256}");

  /**
   * Types that the CDK itself creates for its custom resources without typed properties, so that
   * {@link Tags} does not see them.
   */
  private static final Set<String> TAGGABLE_BUT_UNTYPED =
      ImmutableSet.of("AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Logs::LogGroup");

  private final ImmutableMap<String, String> tags;

  private DrTags(ImmutableMap<String, String> tags) {
    this.tags = tags;
  }

  /**
   * {@return the tags by key: {@code Environment}, {@code DR-Tier}, {@code ManagedBy}, {@code
   * Application}}
   */
  public Map<String, String> asMap() {
    return tags;
  }

  /**
   * Tags everything below a construct, and fails synthesis when a taggable resource below it lacks
   * one of the tags or has another value, naming all such resources.
   *
   * @param scope a stack, or anything that holds resources
   */
  public void applyTo(Construct scope) {
    Tags target = Tags.of(scope);
    tags.forEach(target::add);
    Aspects.of(scope).add(new UntypedResourceTagger());
    scope.getNode().addValidation(new Check(scope));
  }

  /** Tags the resources that have no tag manager. An identity class: equal aspects run once. */
  private final class UntypedResourceTagger implements IAspect {
    @Override
    public void visit(IConstruct node) {
      if (node.getClass() == CfnResource.class
          && TAGGABLE_BUT_UNTYPED.contains(((CfnResource) node).getCfnResourceType())) {
        List<ImmutableMap<String, String>> list =
            tags.entrySet().stream()
                .map(tag -> ImmutableMap.of("Key", tag.getKey(), "Value", tag.getValue()))
                .toList();
        ((CfnResource) node).addPropertyOverride("Tags", list);
      }
    }
  }

  private final class Check implements IValidation {
    private final Construct scope;

    private Check(Construct scope) {
      this.scope = scope;
    }

    @Override
    public List<String> validate() {
      return scope.getNode().findAll().stream()
          .filter(CfnResource.class::isInstance)
          .map(node -> describeMissing((CfnResource) node))
          .filter(fault -> !fault.isEmpty())
          .toList();
    }
  }

  private String describeMissing(CfnResource resource) {
    TagManager manager = TagManager.of(resource);
    if (manager == null) {
      return "";
    }
    Set<String> missing =
        new TreeSet<>(Maps.difference(tags, manager.tagValues()).entriesDiffering().keySet());
    missing.addAll(Maps.difference(tags, manager.tagValues()).entriesOnlyOnLeft().keySet());
    return missing.isEmpty()
        ? ""
        : String.format(
            "%s (%s) lacks the tag %s; do not remove or change the pair's tags below the stack",
            resource.getNode().getPath(),
            resource.getCfnResourceType(),
            String.join(", ", missing));
  }

  /** Builds {@link DrTags}. */
  public static final class Builder implements software.amazon.jsii.Builder<DrTags> {
    private String environment = "Production";
    private String drTier = "Critical";
    private String managedBy = "CDK";
    private @Nullable String application;

    private Builder() {}

    /** {@return a new builder} */
    public static Builder create() {
      return new Builder();
    }

    /**
     * Sets the tag {@code Environment}. Default: {@code Production}.
     *
     * @param environment 1 to 256 letters, digits, blanks and {@code _.:/=+-@}
     * @return this builder
     */
    public Builder environment(String environment) {
      this.environment = environment;
      return this;
    }

    /**
     * Sets the tag {@code DR-Tier}. Default: {@code Critical}.
     *
     * @param drTier 1 to 256 letters, digits, blanks and {@code _.:/=+-@}
     * @return this builder
     */
    public Builder drTier(String drTier) {
      this.drTier = drTier;
      return this;
    }

    /**
     * Sets the tag {@code ManagedBy}. Default: {@code CDK}.
     *
     * @param managedBy 1 to 256 letters, digits, blanks and {@code _.:/=+-@}
     * @return this builder
     */
    public Builder managedBy(String managedBy) {
      this.managedBy = managedBy;
      return this;
    }

    /**
     * Sets the tag {@code Application}. Required.
     *
     * @param application 1 to 256 letters, digits, blanks and {@code _.:/=+-@}
     * @return this builder
     */
    public Builder application(String application) {
      this.application = application;
      return this;
    }

    /**
     * Makes the tags.
     *
     * @return the tags
     * @throws io.github.paymentdr.core.validation.InvalidInputException if the application is
     *     missing or a value cannot be a tag's value; it names all faults
     */
    @Override
    public DrTags build() {
      Faults faults = Faults.of("DrTags");
      faults.require("application", application, "set application(\"PaymentProcessor\")");
      if (application != null) {
        checkValue(faults, "application", application);
      }
      checkValue(faults, "environment", environment);
      checkValue(faults, "drTier", drTier);
      checkValue(faults, "managedBy", managedBy);
      faults.throwIfAny();
      return new DrTags(
          ImmutableMap.of(
              "Environment", environment,
              "DR-Tier", drTier,
              "ManagedBy", managedBy,
              "Application", requireNonNull(application)));
    }

    private static void checkValue(Faults faults, String name, String value) {
      if (faults.requireConcrete(name, value)) {
        faults.unless(
            VALUE.matcher(value).matches(),
            name + " must be 1 to 256 letters, digits, blanks and _.:/=+-@, got '" + value + "'");
      }
    }
  }
}
