package io.github.paymentdr.payments.alarms;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.paymentdr.core.encryption.CustomerKey;
import io.github.paymentdr.core.iam.IamWildcards;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Subscription;
import software.amazon.awscdk.services.sns.SubscriptionProtocol;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/** The topic that alarms publish to: encrypted, and open to those who have something to report. */
final class AlarmTopic {
  private static final String WITHOUT_SUBSCRIBER = "@payment-dr/alarms:withoutSubscriber";
  private static final String IMPORTED_KEY = "@payment-dr/alarms:importedKey";

  private AlarmTopic() {}

  static ITopic create(Construct scope, DrAlarmsProps props) {
    Topic topic =
        Topic.Builder.create(scope, "Topic")
            .displayName("Alarms in " + Stack.of(scope).getRegion())
            .masterKey(keyFor(scope, props.getEncryptionKey()))
            .enforceSsl(true)
            .build();
    topic.addToResourcePolicy(alarmsMayPublish(scope, topic));
    if (props.getEmailSubscriptions().isEmpty()) {
      Annotations.of(scope)
          .addWarningV2(
              WITHOUT_SUBSCRIBER,
              "nobody is told of the alarms: the topic has no e-mail subscription; set"
                  + " emailSubscriptions(...), or acknowledge this warning when something else"
                  + " subscribes to the topic");
    }
    return topic;
  }

  /** Scoped to the alarms, not to the topic, which may be somebody else's. */
  static void subscribe(Construct scope, ITopic topic, String email) {
    Subscription.Builder.create(scope, "Email:" + email)
        .topic(topic)
        .protocol(SubscriptionProtocol.EMAIL)
        .endpoint(email)
        .build();
  }

  private static IKey keyFor(Construct scope, @Nullable IKey given) {
    IKey key =
        given == null
            ? CustomerKey.create(
                scope, "Key", "Alarm notifications of " + Stack.of(scope).getStackName())
            : given;
    if (key.addToResourcePolicy(alarmsMayEncrypt(scope)).getStatementAdded()) {
      IamWildcards.explain(
          key, "a key policy speaks of its own key only", "kms:Decrypt", "kms:GenerateDataKey");
      IamWildcards.explain(
          key,
          "asked for by the CDK when an EventBridge rule gets the topic as its target; a key policy"
              + " speaks of its own key only",
          "kms:GenerateDataKey*");
    } else {
      Annotations.of(scope)
          .addWarningV2(
              IMPORTED_KEY,
              "the policy of an imported key cannot be changed here, and without it alarms are lost"
                  + " in silence; let cloudwatch.amazonaws.com, and events.amazonaws.com for"
                  + " EventBridge rules, use kms:Decrypt and kms:GenerateDataKey in it, then"
                  + " acknowledge this warning");
    }
    return key;
  }

  private static PolicyStatement alarmsMayPublish(Construct scope, Topic topic) {
    return PolicyStatement.Builder.create()
        .sid("AlarmsMayPublish")
        .principals(ImmutableList.of(new ServicePrincipal("cloudwatch.amazonaws.com")))
        .actions(ImmutableList.of("sns:Publish"))
        .resources(ImmutableList.of(topic.getTopicArn()))
        .conditions(
            ImmutableMap.of(
                "StringEquals", sourceAccount(scope),
                "ArnLike", ImmutableMap.of("aws:SourceArn", anyAlarmOf(Stack.of(scope)))))
        .build();
  }

  private static PolicyStatement alarmsMayEncrypt(Construct scope) {
    return PolicyStatement.Builder.create()
        .sid("AlarmsMayEncrypt")
        .principals(ImmutableList.of(new ServicePrincipal("cloudwatch.amazonaws.com")))
        .actions(ImmutableList.of("kms:Decrypt", "kms:GenerateDataKey"))
        .resources(ImmutableList.of("*"))
        .conditions(ImmutableMap.of("StringEquals", sourceAccount(scope)))
        .build();
  }

  private static Map<String, String> sourceAccount(Construct scope) {
    return ImmutableMap.of("aws:SourceAccount", Stack.of(scope).getAccount());
  }

  private static String anyAlarmOf(Stack stack) {
    return stack.formatArn(
        ArnComponents.builder()
            .service("cloudwatch")
            .resource("alarm")
            .resourceName("*")
            .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
            .build());
  }
}
