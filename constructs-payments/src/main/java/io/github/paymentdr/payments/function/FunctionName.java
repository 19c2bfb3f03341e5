package io.github.paymentdr.payments.function;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.region.RegionRole;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/** The name of a function that the other region knows beforehand. */
record FunctionName(DrNames names, String purpose, String aliasName) {
  /** Null when CloudFormation generates the name. */
  static @Nullable FunctionName of(PaymentFunctionProps props) {
    DrNames names = props.getNames();
    return names == null ? null : new FunctionName(names, props.getPurpose(), props.getAliasName());
  }

  String in(Construct scope) {
    return in(names.getRegionPair().roleOf(scope));
  }

  /** The alias of the function of this name in the other region, in the account of the stack. */
  String peerAliasArn(Construct scope) {
    RegionPair pair = names.getRegionPair();
    RegionRole peer = pair.roleOf(scope).peer();
    return Stack.of(scope)
        .formatArn(
            ArnComponents.builder()
                .service("lambda")
                .region(pair.regionOf(peer))
                .resource("function")
                .resourceName(in(peer) + ":" + aliasName)
                .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                .build());
  }

  private String in(RegionRole role) {
    return names.regionalName(purpose, role);
  }
}
