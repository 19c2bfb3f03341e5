package io.github.paymentdr.payments.conformance;

import com.google.errorprone.annotations.Immutable;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The grammar of the public API: what every construct, props class and signature has in common. */
enum ApiRule {
  PROPS_ARE_FINAL(PropsRules::finalClass),
  PROPS_HAVE_PRIVATE_CONSTRUCTORS(PropsRules::privateConstructors),
  PROPS_HAVE_A_STATIC_BUILDER_METHOD(PropsRules::builderMethod),
  PROPS_HAVE_A_BUILDER(PropsRules::builderClass),
  PROPS_HAVE_SHARED_SETTERS(PropsRules::settersClass),
  SETTERS_CORRESPOND_TO_GETTERS(PropsRules::settersMatchGetters),
  SETTERS_RETURN_THE_BUILDER(PropsRules::settersReturnTheBuilder),
  CONSTRUCTS_ARE_FINAL(ConstructRules::finalClass),
  CONSTRUCTS_EXTEND_CONSTRUCT(ConstructRules::extendsConstruct),
  CONSTRUCTS_HAVE_ONE_CONSTRUCTOR(ConstructRules::oneConstructor),
  CONSTRUCTS_HAVE_A_BUILDER(ConstructRules::builderClass),
  BOTH_BUILDERS_OFFER_THE_SAME_SETTERS(ConstructRules::sameSetters),
  CONSTRUCTS_RETURN_INTERFACES(ConstructRules::returnsInterfaces),
  METRICS_AND_GRANTS_ARE_THOSE_OF_THE_CDK(ConstructRules::metricsAndGrants),
  OTHER_BUILDERS_FOLLOW_THE_GRAMMAR(SignatureRules::valueBuilder),
  PARAMETERS_ARE_INTERFACES(SignatureRules::takesInterfaces),
  NO_L1_TYPE_IN_SIGNATURES(SignatureRules::noL1),
  NO_MAP_BUT_AN_ENVIRONMENT(SignatureRules::noMap),
  NO_ARRAY_BUT_VARARGS(SignatureRules::noArray),
  NO_MUTABLE_FIELDS(SignatureRules::noMutableField),
  NO_CATCH_ALL_NAMES(SignatureRules::noCatchAllName),
  PACKAGES_ARE_NULL_MARKED(SignatureRules::nullMarked);

  private final Check check;

  ApiRule(Check check) {
    this.check = check;
  }

  /** One line for each fault, which begins with the class and member that have it. */
  List<String> faultsIn(List<Class<?>> types) {
    return types.stream().flatMap(check::faultsOf).toList();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  @Immutable
  private interface Check {
    Stream<String> faultsOf(Class<?> type);
  }
}
