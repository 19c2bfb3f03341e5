package io.github.paymentdr.payments.database;

import static io.github.paymentdr.payments.testing.Synthesis.NAMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.paymentdr.core.region.DrNames;
import io.github.paymentdr.core.region.RegionPair;
import io.github.paymentdr.core.validation.InvalidInputException;
import io.github.paymentdr.payments.testing.Synthesis;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.rds.AuroraPostgresEngineVersion;

@DisplayName("DrAuroraClusterProps")
class DrAuroraClusterPropsTest {
  private static final IVpc VPC = new Vpc(Synthesis.primaryStack(), "Vpc");

  private static DrAuroraClusterProps.Builder minimal() {
    return DrAuroraClusterProps.builder()
        .names(NAMES)
        .vpc(VPC)
        .replication(AuroraReplication.none());
  }

  private static DrAuroraClusterProps.Builder logical() {
    return minimal().replication(AuroraReplication.logical());
  }

  private static DrAuroraClusterProps.Builder global(String instanceType) {
    return minimal()
        .replication(AuroraReplication.globalDatabase())
        .instanceType(new InstanceType(instanceType));
  }

  @Test
  void hasSafeDefaults() {
    DrAuroraClusterProps props = minimal().build();
    assertThat(props.getNames()).isSameAs(NAMES);
    assertThat(props.getVpc()).isSameAs(VPC);
    assertThat(props.getReplication()).isEqualTo(AuroraReplication.none());
    assertThat(props.getPurpose()).isEqualTo("database");
    assertThat(props.getVpcSubnets()).isNull();
    assertThat(props.getSecurityGroups()).isNull();
    assertThat(props.getEngineVersion().getAuroraPostgresFullVersion()).isEqualTo("15.12");
    assertThat(props.getInstanceType()).hasToString("t3.medium");
    assertThat(props.getReaders()).isEqualTo(1);
    assertThat(props.getDatabaseName()).isEqualTo("payments");
    assertThat(props.getMasterUsername()).isEqualTo("clusteradmin");
    assertThat(props.getPort()).isEqualTo(5432);
    assertThat(props.getEncryptionKey()).isNull();
    assertThat(props.getBackupRetention().toHumanString()).isEqualTo("7 days");
    assertThat(props.getPreferredBackupWindow()).isNull();
    assertThat(props.getPreferredMaintenanceWindow()).isNull();
    assertThat(props.getLogRetention()).isEqualTo(RetentionDays.ONE_MONTH);
    assertThat(props.getDeletionProtection()).isTrue();
    assertThat(props.getRemovalPolicy()).isEqualTo(RemovalPolicy.SNAPSHOT);
  }

  @Test
  void namesAllFaultsAtOnce() {
    assertThatThrownBy(
            () ->
                DrAuroraClusterProps.builder()
                    .purpose("My Database")
                    .securityGroups(List.of())
                    .readers(16)
                    .databaseName("Payments")
                    .masterUsername("admin")
                    .port(80)
                    .backupRetention(Duration.days(36))
                    .preferredBackupWindow("2:00-3:00")
                    .preferredMaintenanceWindow("sunday:04:00-05:00")
                    .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
                    .build())
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "DrAuroraClusterProps has 12 faults:\n"
                + "  - names is required; set names(DrNames.Builder.create()...)\n"
                + "  - vpc is required; set vpc(network.getVpc())\n"
                + "  - replication is required; set replication(AuroraReplication.logical()) or"
                + " another one\n"
                + "  - securityGroups must not be empty, got []; add a group or remove"
                + " securityGroups(...)\n"
                + "  - readers must be between 0 and 15, got 16; remove 1 reader\n"
                + "  - databaseName must be 1 to 63 lower-case letters, digits and underscores,"
                + " starting with a letter, got 'Payments'\n"
                + "  - masterUsername must not be a word that Aurora PostgreSQL reserves, got"
                + " 'admin'; choose another, for example clusteradmin\n"
                + "  - port must be between 1150 and 65535, got 80; 5432 is usual\n"
                + "  - backupRetention must be between 1 and 35 whole days, got 36 days; keep older"
                + " backups with a backup plan\n"
                + "  - preferredBackupWindow must be at least 30 minutes in UTC, written like"
                + " 02:00-03:00, got '2:00-3:00'\n"
                + "  - preferredMaintenanceWindow must be at least 30 minutes in UTC, written like"
                + " sun:04:00-sun:05:00, got 'sunday:04:00-05:00'\n"
                + "  - removalPolicy must be SNAPSHOT, RETAIN or DESTROY, got"
                + " RETAIN_ON_UPDATE_OR_DELETE; use RETAIN");
  }

  @ParameterizedTest
  @CsvSource({
    "16, remove 1 reader",
    "20, remove 5 readers",
    "-1, use 0 for a writer alone",
    "1.5, use a whole number"
  })
  void refusesReaders(String readers, String advice) {
    Number number =
        readers.contains(".") ? Double.valueOf(readers) : (Number) Integer.valueOf(readers);
    assertThatThrownBy(() -> minimal().readers(number).build())
        .hasMessage(
            "DrAuroraClusterProps: readers must be between 0 and 15, got "
                + readers
                + "; "
                + advice);
  }

  @Test
  void aGlobalDatabaseHasOneReaderLess() {
    assertThatCode(() -> global("r6g.large").readers(14).build()).doesNotThrowAnyException();
    assertThatThrownBy(() -> global("r6g.large").readers(15).build())
        .hasMessage(
            "DrAuroraClusterProps: readers must be between 0 and 14 with"
                + " AuroraReplication.globalDatabase(), got 15; remove 1 reader");
  }

  @ParameterizedTest
  @ValueSource(strings = {"t2.medium", "t3.large", "t4g.medium", "m5.large", "r4.large"})
  void aGlobalDatabaseRefusesOtherThanMemoryOptimisedClasses(String type) {
    assertThatThrownBy(() -> global(type).build())
        .hasMessage(
            "DrAuroraClusterProps: instanceType must be memory-optimised with"
                + " AuroraReplication.globalDatabase(), got db."
                + type
                + "; set a class such as db.r6g.large, or choose another replication");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"r5.large", "r6g.large", "r6i.xlarge", "r7g.large", "r8g.large", "x2g.large"})
  void aGlobalDatabaseAcceptsMemoryOptimisedClasses(String type) {
    assertThatCode(() -> global(type).build()).doesNotThrowAnyException();
  }

  @Test
  void aGlobalDatabaseRefusesTheDefaultClass() {
    assertThatThrownBy(() -> minimal().replication(AuroraReplication.globalDatabase()).build())
        .hasMessage(
            "DrAuroraClusterProps: instanceType must be memory-optimised with"
                + " AuroraReplication.globalDatabase(), got the default db.t3.medium; set a class"
                + " such as db.r6g.large, or choose another replication");
  }

  @ParameterizedTest
  @ValueSource(strings = {"t3.medium", "t4g.large", "r4.large", "r8g.large", "x2g.large"})
  @DisplayName("D3: logical replication leaves the class to its user")
  void logicalReplicationAcceptsEveryClass(String type) {
    assertThatCode(() -> logical().instanceType(new InstanceType(type)).build())
        .doesNotThrowAnyException();
  }

  @Test
  @DisplayName("D1, D3: the default class is db.t3.medium with logical replication too")
  void logicalReplicationAcceptsTheDefaults() {
    DrAuroraClusterProps props = logical().readers(15).build();
    assertThat(props.getInstanceType()).hasToString("t3.medium");
    assertThat(props.getEngineVersion().getAuroraPostgresFullVersion()).isEqualTo("15.12");
  }

  @ParameterizedTest
  @CsvSource({"14.22, 14", "13.23, 13", "9.6, 9.6", "'', 15", "fifteen, 15", "99999999999.1, 15"})
  void logicalReplicationRefusesVersionsWithoutColumnLists(String full, String major) {
    AuroraPostgresEngineVersion version = AuroraPostgresEngineVersion.of(full, major);
    assertThatThrownBy(() -> logical().engineVersion(version).build())
        .hasMessage(
            "DrAuroraClusterProps: engineVersion must be 15 or newer with"
                + " AuroraReplication.logical(), got '"
                + full
                + "'; older publications have no column lists: set a newer version, or choose"
                + " another replication");
    assertThatCode(() -> minimal().engineVersion(version).build()).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"15.2, 15", "15.17, 15", "16.9, 16", "100.1, 100"})
  void logicalReplicationAcceptsNewerVersions(String full, String major) {
    AuroraPostgresEngineVersion version = AuroraPostgresEngineVersion.of(full, major);
    assertThatCode(() -> logical().engineVersion(version).build()).doesNotThrowAnyException();
  }

  @Test
  void logicalReplicationRefusesAVersionThatIsAToken() {
    AuroraPostgresEngineVersion version =
        AuroraPostgresEngineVersion.of(Token.asString(Map.of("Ref", "Version")), "15");
    assertThatThrownBy(() -> logical().engineVersion(version).build())
        .hasMessage(
            "DrAuroraClusterProps: engineVersion must be known at synthesis, got a deploy-time"
                + " token; pass a literal value");
  }

  @Test
  void refusesAClassWithItsPrefix() {
    assertThatThrownBy(() -> minimal().instanceType(new InstanceType("db.r6g.large")).build())
        .hasMessage(
            "DrAuroraClusterProps: instanceType must be written without db., got db.r6g.large; use"
                + " r6g.large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "template1", "rdsadmin", "user", "table"})
  void refusesReservedDatabaseNames(String name) {
    assertThatThrownBy(() -> minimal().databaseName(name).build())
        .hasMessage(
            "DrAuroraClusterProps: databaseName must not be a word that Aurora PostgreSQL reserves,"
                + " got '"
                + name
                + "'; choose another, for example payments");
  }

  @ParameterizedTest
  @ValueSource(strings = {"payments_admin", "1admin", "Admin", "averyverylongname", ""})
  void refusesMasterUsernames(String name) {
    assertThatThrownBy(() -> minimal().masterUsername(name).build())
        .hasMessage(
            "DrAuroraClusterProps: masterUsername must be 1 to 16 lower-case letters and digits,"
                + " starting with a letter, got '"
                + name
                + "'");
  }

  @Test
  void refusesAPurposeThatMakesNamesTooLong() {
    DrNames names =
        DrNames.Builder.create()
            .regionPair(RegionPair.of("us-east-1", "ap-southeast-2"))
            .application("payment-dr")
            .suffix("production")
            .build();
    assertThatThrownBy(() -> minimal().names(names).purpose("the-databases-of-the-ledger").build())
        .hasMessage(
            "DrAuroraClusterProps: the name"
                + " payment-dr-the-databases-of-the-ledger-production-ap-southeast-2 must have at"
                + " most 63 characters, got 64; shorten the purpose by 1");
    assertThatThrownBy(() -> minimal().purpose("My Database").build())
        .hasMessage(
            "DrAuroraClusterProps: purpose must be lower-case letters, digits and single hyphens,"
                + " got 'My Database'");
  }

  @ParameterizedTest
  @CsvSource({
    "23:45-00:15, mon:00:10-mon:01:00",
    "02:00-03:00, sun:01:31-sun:02:01",
    "02:00-03:00, sun:23:00-mon:03:00",
    "12:00-12:30, sun:22:00-mon:12:01",
  })
  void refusesOverlappingWindows(String backup, String maintenance) {
    assertThatThrownBy(
            () ->
                minimal()
                    .preferredBackupWindow(backup)
                    .preferredMaintenanceWindow(maintenance)
                    .build())
        .hasMessage(
            "DrAuroraClusterProps: preferredBackupWindow and preferredMaintenanceWindow must not"
                + " overlap, got "
                + backup
                + " and "
                + maintenance
                + "; move one of them");
  }

  @Test
  void acceptsWindowsThatTouch() {
    assertThatCode(
            () ->
                minimal()
                    .preferredBackupWindow("23:30-00:00")
                    .preferredMaintenanceWindow("mon:00:00-mon:00:30")
                    .build())
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"02:00-02:29", "02:00-02:00", "24:00-25:00", "02:00"})
  void refusesBackupWindows(String window) {
    assertThatThrownBy(() -> minimal().preferredBackupWindow(window).build())
        .hasMessage(
            "DrAuroraClusterProps: preferredBackupWindow must be at least 30 minutes in UTC,"
                + " written like 02:00-03:00, got '"
                + window
                + "'");
  }

  @Test
  void refusesPartsOfDays() {
    assertThatThrownBy(() -> minimal().backupRetention(Duration.hours(36)).build())
        .hasMessage(
            "DrAuroraClusterProps: backupRetention must be between 1 and 35 whole days, got 1 day"
                + " 12 hours; keep older backups with a backup plan");
  }

  @Test
  void refusesTokensWhereValuesMustBeKnown() {
    Number number = Token.asNumber(Map.of("Ref", "Number"));
    String text = Token.asString(Map.of("Ref", "Text"));
    assertThatThrownBy(
            () ->
                minimal()
                    .purpose(text)
                    .instanceType(new InstanceType(text))
                    .readers(number)
                    .databaseName(text)
                    .masterUsername(text)
                    .port(number)
                    .backupRetention(Duration.days(number))
                    .preferredBackupWindow(text)
                    .preferredMaintenanceWindow(text)
                    .build())
        .hasMessage(
            "DrAuroraClusterProps has 9 faults:\n"
                + List.of(
                        "purpose",
                        "instanceType",
                        "readers",
                        "databaseName",
                        "masterUsername",
                        "port",
                        "backupRetention",
                        "preferredBackupWindow",
                        "preferredMaintenanceWindow")
                    .stream()
                    .map(
                        name ->
                            "  - "
                                + name
                                + " must be known at synthesis, got a deploy-time token; pass a"
                                + " literal value")
                    .reduce((left, right) -> left + "\n" + right)
                    .orElseThrow());
  }

  @Test
  void replicationsAreValues() {
    List<AuroraReplication> all =
        List.of(
            AuroraReplication.none(),
            AuroraReplication.logical(),
            AuroraReplication.globalDatabase());
    assertThat(AuroraReplication.logical())
        .isEqualTo(AuroraReplication.logical())
        .hasSameHashCodeAs(AuroraReplication.logical());
    assertThat(all).doesNotHaveDuplicates();
    assertThat(all)
        .extracting(AuroraReplication::toString)
        .containsExactly(
            "AuroraReplication.none()",
            "AuroraReplication.logical()",
            "AuroraReplication.globalDatabase()");
    assertThat(all).extracting(AuroraReplication::isLogical).containsExactly(false, true, false);
    assertThat(all)
        .extracting(AuroraReplication::isGlobalDatabase)
        .containsExactly(false, false, true);
  }
}
