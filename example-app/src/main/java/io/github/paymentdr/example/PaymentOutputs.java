package io.github.paymentdr.example;

import io.github.paymentdr.core.reference.StackOutput;

/**
 * The outputs of one region's stack, which the other one may read.
 *
 * @param vpcId the VPC
 * @param vpcCidr the VPC's address range
 * @param auroraClusterIdentifier the Aurora cluster
 * @param functionUrl the payment function's URL
 * @param assetsBucketArn the assets bucket
 */
record PaymentOutputs(
    StackOutput<String> vpcId,
    StackOutput<String> vpcCidr,
    StackOutput<String> auroraClusterIdentifier,
    StackOutput<String> functionUrl,
    StackOutput<String> assetsBucketArn) {}
