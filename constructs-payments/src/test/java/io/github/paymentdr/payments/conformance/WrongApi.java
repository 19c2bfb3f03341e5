package io.github.paymentdr.payments.conformance;

import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.payments.conformance.unmarked.Unmarked;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.ec2.CfnVPC;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** Classes that each break a rule, to show that the rules can fail. None is ever instantiated. */
final class WrongApi {
  /** A class that breaks a rule, and what the rule must say of it. */
  record Wrong(List<Class<?>> types, List<String> faults) {
    static Wrong of(Class<?> type, String... faults) {
      return new Wrong(List.of(type), List.of(faults));
    }
  }

  static final ImmutableMap<ApiRule, Wrong> BY_RULE =
      ImmutableMap.<ApiRule, Wrong>builder()
          .put(
              ApiRule.PROPS_ARE_FINAL,
              Wrong.of(BareProps.class, "WrongApi.BareProps must be final"))
          .put(
              ApiRule.PROPS_HAVE_PRIVATE_CONSTRUCTORS,
              Wrong.of(
                  BareProps.class,
                  "WrongApi.BareProps must have private constructors only; builder() makes it"))
          .put(
              ApiRule.PROPS_HAVE_A_STATIC_BUILDER_METHOD,
              Wrong.of(
                  BareProps.class, "WrongApi.BareProps must have public static Builder builder()"))
          .put(
              ApiRule.PROPS_HAVE_A_BUILDER,
              new Wrong(
                  List.of(BareProps.class, LooseProps.class),
                  List.of(
                      "WrongApi.BareProps must have a nested class Builder",
                      "WrongApi.LooseProps.Builder must be public, static and final",
                      "WrongApi.LooseProps.Builder must have private constructors only",
                      "WrongApi.LooseProps.Builder must implement"
                          + " software.amazon.jsii.Builder<WrongApi.LooseProps>",
                      "WrongApi.LooseProps.Builder must extend"
                          + " WrongApi.LooseProps.Setters<Builder>")))
          .put(
              ApiRule.PROPS_HAVE_SHARED_SETTERS,
              new Wrong(
                  List.of(BareProps.class, LooseProps.class),
                  List.of(
                      "WrongApi.BareProps must have a nested class Setters",
                      "WrongApi.LooseProps.Setters must be public, abstract and static",
                      "WrongApi.LooseProps.Setters must have a package-private constructor")))
          .put(
              ApiRule.SETTERS_CORRESPOND_TO_GETTERS,
              Wrong.of(
                  LooseProps.class,
                  "WrongApi.LooseProps.Setters.count takes int but the getter returns"
                      + " java.lang.Number",
                  "WrongApi.LooseProps.Setters.names takes java.util.List<java.lang.String> but the"
                      + " getter returns java.util.List<?>",
                  "WrongApi.LooseProps.Setters.names takes java.lang.String but the getter returns"
                      + " java.util.List<?>",
                  "WrongApi.LooseProps.Setters.orphan has no getter"
                      + " WrongApi.LooseProps.getOrphan()",
                  "WrongApi.LooseProps.Setters.range must have one parameter",
                  "WrongApi.LooseProps.Setters.names is overloaded; one setter a property",
                  "WrongApi.LooseProps.getWidow has no setter widow(...)"))
          .put(
              ApiRule.SETTERS_RETURN_THE_BUILDER,
              Wrong.of(
                  LooseProps.class,
                  "WrongApi.LooseProps.Setters.count must return the builder, of type B",
                  "WrongApi.LooseProps.Setters.names must return the builder, of type B",
                  "WrongApi.LooseProps.Setters.names must return the builder, of type B",
                  "WrongApi.LooseProps.Setters.orphan must return the builder, of type B",
                  "WrongApi.LooseProps.Setters.range must return the builder, of type B"))
          .put(ApiRule.CONSTRUCTS_ARE_FINAL, Wrong.of(Bare.class, "WrongApi.Bare must be final"))
          .put(
              ApiRule.CONSTRUCTS_EXTEND_CONSTRUCT,
              Wrong.of(Loose.class, "WrongApi.Loose must extend Construct itself"))
          .put(
              ApiRule.CONSTRUCTS_HAVE_ONE_CONSTRUCTOR,
              new Wrong(
                  List.of(Bare.class, Loose.class),
                  List.of(
                      "WrongApi.Bare must have exactly one constructor, public, (Construct, String,"
                          + " BareProps)",
                      "WrongApi.Loose must have exactly one constructor, public, (Construct,"
                          + " String, LooseProps)")))
          .put(
              ApiRule.CONSTRUCTS_HAVE_A_BUILDER,
              new Wrong(
                  List.of(Bare.class, Loose.class),
                  List.of(
                      "WrongApi.Bare must have a nested class Builder and a class BareProps",
                      "WrongApi.Loose.Builder must be public, static and final",
                      "WrongApi.Loose.Builder must have private constructors only",
                      "WrongApi.Loose.Builder must implement"
                          + " software.amazon.jsii.Builder<WrongApi.Loose>",
                      "WrongApi.Loose.Builder must extend WrongApi.LooseProps.Setters<Builder>",
                      "WrongApi.Loose.Builder must have public static Builder create(Construct,"
                          + " String)")))
          .put(
              ApiRule.BOTH_BUILDERS_OFFER_THE_SAME_SETTERS,
              Wrong.of(
                  Loose.class,
                  "WrongApi.Loose.Builder and that of its props must offer the same, differ in"
                      + " [depth(int), size(java.lang.Number), size(java.lang.String)]"))
          .put(
              ApiRule.CONSTRUCTS_RETURN_INTERFACES,
              Wrong.of(Loose.class, "WrongApi.Loose.getVpc must return IVpc"))
          .put(
              ApiRule.METRICS_AND_GRANTS_ARE_THOSE_OF_THE_CDK,
              Wrong.of(
                  Loose.class,
                  "WrongApi.Loose.grantRead must return Grant",
                  "WrongApi.Loose.metricErrors must return Metric"))
          .put(
              ApiRule.OTHER_BUILDERS_FOLLOW_THE_GRAMMAR,
              Wrong.of(
                  Value.Builder.class,
                  "WrongApi.Value.Builder must be final",
                  "WrongApi.Value.Builder must have private constructors only",
                  "WrongApi.Value.Builder must implement"
                      + " software.amazon.jsii.Builder<WrongApi.Value>",
                  "WrongApi.Value.Builder must have a static method that starts it",
                  "WrongApi.Value.Builder.size must return the builder"))
          .put(
              ApiRule.PARAMETERS_ARE_INTERFACES,
              Wrong.of(
                  Signatures.class,
                  "WrongApi.Signatures.takes must take IVpc instead of Vpc",
                  "WrongApi.Signatures.takes must take IMetric instead of Metric",
                  "WrongApi.Signatures.new must take IKey instead of Key"))
          .put(
              ApiRule.NO_L1_TYPE_IN_SIGNATURES,
              Wrong.of(
                  Signatures.class,
                  "WrongApi.Signatures must not show the L1 type CfnVPC",
                  "WrongApi.Signatures.levels must not show the L1 type CfnVPC"))
          .put(
              ApiRule.NO_MAP_BUT_AN_ENVIRONMENT,
              Wrong.of(
                  Signatures.class,
                  "WrongApi.Signatures.environment must not show java.util.Map<java.lang.String,"
                      + " java.lang.Object>; make a type for it (only environment(Map<String,"
                      + " String>) is a map)",
                  "WrongApi.Signatures.options must not show java.util.Map<java.lang.String,"
                      + " java.lang.String>; make a type for it (only environment(Map<String,"
                      + " String>) is a map)"))
          .put(
              ApiRule.NO_ARRAY_BUT_VARARGS,
              Wrong.of(
                  Signatures.class,
                  "WrongApi.Signatures.words must not show an array; use a List",
                  "WrongApi.Signatures.sizes must not show an array; use a List"))
          .put(
              ApiRule.NO_MUTABLE_FIELDS,
              Wrong.of(
                  Signatures.class,
                  "WrongApi.Signatures.counter must be private; only constants of primitive type or"
                      + " String are open",
                  "WrongApi.Signatures.words must be private; only constants of primitive type or"
                      + " String are open"))
          .put(
              ApiRule.NO_CATCH_ALL_NAMES,
              Wrong.of(
                  TagHelperUtils.class,
                  "WrongApi.TagHelperUtils must say what it is instead of Util",
                  "WrongApi.TagHelperUtils must say what it is instead of Helper"))
          .put(
              ApiRule.PACKAGES_ARE_NULL_MARKED,
              Wrong.of(
                  Unmarked.class,
                  "io.github.paymentdr.payments.conformance.unmarked must be @NullMarked in"
                      + " package-info.java"))
          .buildOrThrow();

  private WrongApi() {}

  public static class BareProps {
    public BareProps() {}
  }

  public static class Bare extends Construct {
    Bare(Construct scope, String id) {
      super(scope, id);
    }
  }

  public static final class LooseProps {
    private LooseProps() {}

    public Number getCount() {
      return 1;
    }

    public List<?> getNames() {
      return List.of();
    }

    public String getWidow() {
      return "";
    }

    static class Builder {
      public void size(Number size) {}
    }

    static class Setters<B> {
      public Setters() {}

      public void count(int count) {}

      public void names(List<String> names) {}

      public void names(String names) {}

      public void orphan(String orphan) {}

      public void range(int from, int to) {}
    }
  }

  public static final class Loose extends Parent {
    public Loose(Construct scope, String id) {
      super(scope, id);
    }

    public Loose(Construct scope, String id, LooseProps props) {
      super(scope, id);
    }

    public @Nullable Vpc getVpc() {
      return null;
    }

    public void grantRead() {}

    public @Nullable IMetric metricErrors() {
      return null;
    }

    static class Builder {
      public void size(String size) {}

      public void depth(int depth) {}
    }
  }

  public abstract static class Parent extends Construct {
    Parent(Construct scope, String id) {
      super(scope, id);
    }
  }

  public static final class Value {
    private Value() {}

    public static class Builder {
      public void size(int size) {}
    }
  }

  public static final class Signatures<T extends CfnVPC> {
    public static final int LIMIT = 1;
    public static int counter;
    public final String[] words = {};

    public Signatures(Key key) {}

    Signatures(IKey key) {}

    public void takes(IVpc good, Vpc bad, List<? extends Metric> worse) {}

    public List<T> levels(CfnVPC level, T other) {
      return List.of(other);
    }

    public void environment(Map<String, Object> environment) {}

    public void plain(Map<String, String> environment) {}

    public void options(Map<String, String> options) {}

    public int[] sizes(String... names) {
      return new int[names.length];
    }
  }

  public static final class TagHelperUtils {
    private TagHelperUtils() {}
  }
}
