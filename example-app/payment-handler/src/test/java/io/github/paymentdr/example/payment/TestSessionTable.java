package io.github.paymentdr.example.payment;

import com.amazonaws.services.dynamodbv2.local.embedded.DynamoDBEmbedded;
import com.amazonaws.services.dynamodbv2.local.shared.access.AmazonDynamoDBLocal;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** A session table in DynamoDB Local, for all tests of a run. */
final class TestSessionTable {
  static final String NAME = "sessions";

  private TestSessionTable() {}

  private static final class Shared {
    static final DynamoDbClient CLIENT = start();
  }

  static DynamoDbClient client() {
    return Shared.CLIENT;
  }

  private static DynamoDbClient start() {
    AmazonDynamoDBLocal server = DynamoDBEmbedded.create();
    DynamoDbClient client = server.dynamoDbClient();
    client.createTable(
        table ->
            table
                .tableName(NAME)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(
                    KeySchemaElement.builder()
                        .attributeName("sessionId")
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(
                    AttributeDefinition.builder()
                        .attributeName("sessionId")
                        .attributeType(ScalarAttributeType.S)
                        .build()));
    return client;
  }
}
