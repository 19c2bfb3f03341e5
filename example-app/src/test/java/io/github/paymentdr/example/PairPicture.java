package io.github.paymentdr.example;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Splitter;
import com.google.common.base.Strings;
import com.google.common.html.HtmlEscapers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws the pair from its templates: every box, number and arrow is there because a resource of the
 * templates says so. Light and dark follow the reader's setting.
 */
final class PairPicture {
  private static final int WIDTH = 1200;
  private static final int PANEL_WIDTH = 490;
  private static final int PANEL_HEIGHT = 675;
  private static final int PRIMARY_X = 15;
  private static final int SECONDARY_X = WIDTH - PANEL_WIDTH - PRIMARY_X;
  private static final int ENDPOINT_WIDTH = 420;
  private static final int ENDPOINT_X = (WIDTH - ENDPOINT_WIDTH) / 2;
  private static final int ENDPOINT_Y = 15;
  private static final int ENDPOINT_HEIGHT = 50;
  private static final int TOP = ENDPOINT_Y + ENDPOINT_HEIGHT + 35;
  private static final int INSET = 15;
  private static final int VPC_Y = TOP + 120;
  private static final int VPC_HEIGHT = 335;
  private static final int FUNCTION_Y = VPC_Y + 145;
  private static final int DATABASE_Y = VPC_Y + 240;
  private static final int SERVICES_Y = VPC_Y + VPC_HEIGHT + 20;
  private static final int SERVICE_HEIGHT = 110;
  private static final int SERVICES = 4;
  private static final int FAILOVER_Y = SERVICES_Y + SERVICE_HEIGHT + 15;
  private static final int FAILOVER_HEIGHT = 60;
  // Where the way to the Function URL crosses no words.
  private static final int CALLS_X = PANEL_WIDTH / 2 + 75;

  private static final Pattern DAILY = Pattern.compile("cron\\((\\d+) (\\d+) \\* \\* \\? \\*\\)");

  private static final String STYLE =
      """
      text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2933; }
      .title { font-size: 18px; font-weight: 600; }
      .name { font-weight: 600; }
      .small { font-size: 11.5px; fill: #52606d; }
      .panel { fill: #f5f7fa; stroke: #9aa5b1; }
      .vpc { fill: #ffffff; stroke: #7b8794; stroke-dasharray: 6 4; }
      .zone { fill: #eaeff4; }
      .public { fill: #e3f1e4; stroke: #5b9a5f; }
      .compute { fill: #fdeedd; stroke: #c9772b; }
      .data { fill: #e2ecfb; stroke: #3b6fc4; }
      .watch { fill: #fbe6ee; stroke: #b8386b; }
      .link { stroke: #3b6fc4; stroke-width: 2; fill: none; }
      .one-way, .both-ways { marker-end: url(#tip); }
      .both-ways { marker-start: url(#tip); }
      .off { stroke-dasharray: 5 5; stroke: #7b8794; }
      .tip { fill: #3b6fc4; }
      @media (prefers-color-scheme: dark) {
        text { fill: #e4e7eb; }
        .small { fill: #b3bdc8; }
        .panel { fill: #18202b; stroke: #52606d; }
        .vpc { fill: #1f2936; stroke: #7b8794; }
        .zone { fill: #2a3646; }
        .public { fill: #213a28; stroke: #6fb374; }
        .compute { fill: #43301d; stroke: #e39a54; }
        .data { fill: #1f3355; stroke: #7aa5ee; }
        .watch { fill: #43202f; stroke: #e57aa3; }
        .link { stroke: #7aa5ee; }
        .off { stroke: #9aa5b1; }
        .tip { fill: #7aa5ee; }
      }
      """;

  private final StringBuilder svg = new StringBuilder();

  private PairPicture() {}

  /** The picture as a self-contained SVG file. */
  static String draw(RegionTemplate primary, RegionTemplate secondary) {
    PairPicture picture = new PairPicture();
    picture.open(primary, secondary);
    picture.region(PRIMARY_X, "Primary region", primary, secondary);
    picture.region(SECONDARY_X, "Secondary region", secondary, primary);
    picture.links(primary, secondary);
    picture.endpoint(primary, secondary);
    picture.lease(primary, secondary);
    return picture.svg.append("</svg>\n").toString();
  }

  private void open(RegionTemplate primary, RegionTemplate secondary) {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">",
        WIDTH, TOP + PANEL_HEIGHT + 15);
    add(
        "<title>The payment disaster-recovery pair: %s and %s</title>",
        primary.region(), secondary.region());
    svg.append("<style>\n").append(STYLE).append("</style>\n");
    add(
        "<defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\""
            + " markerHeight=\"7\" orient=\"auto-start-reverse\"><path class=\"tip\""
            + " d=\"M0 0 10 5 0 10z\"/></marker></defs>");
  }

  private void region(int x, String role, RegionTemplate region, RegionTemplate peer) {
    box(x, TOP, PANEL_WIDTH, PANEL_HEIGHT, "panel");
    text(x + INSET, TOP + 30, "title", role + ": " + region.region());
    text(
        x + INSET,
        TOP + 50,
        "small",
        region.id() + ", " + region.resources().count() + " resources");
    vpc(x + INSET, region);
    functionUrl(x, region);
    int width = (PANEL_WIDTH - 2 * INSET - (SERVICES - 1) * 8) / SERVICES;
    sessions(serviceX(x, width, 0), width, region, peer);
    assets(serviceX(x, width, 1), width, region);
    backup(serviceX(x, width, 2), width, region);
    alarms(serviceX(x, width, 3), width, region);
    failover(x + INSET, x == PRIMARY_X, region);
  }

  private static int serviceX(int x, int width, int index) {
    return x + INSET + index * (width + 8);
  }

  private void functionUrl(int x, RegionTemplate region) {
    if (region.count("AWS::Lambda::Url") == 0) {
      return;
    }
    int width = 220;
    int left = x + (PANEL_WIDTH - width) / 2;
    labelled(
        left,
        TOP + 62,
        width,
        44,
        "compute",
        "Function URL",
        "authorisation " + region.text("AWS::Lambda::Url", "/AuthType"));
    // Between two zones, where it crosses no box.
    add("<path class=\"link one-way\" d=\"M%d %d V%d\"/>", x + CALLS_X, TOP + 106, FUNCTION_Y);
  }

  /** What changes the lease stands beside it, in both regions. */
  private void failover(int x, boolean isLeft, RegionTemplate region) {
    Optional<JsonNode> probe = region.functionWith("PROBE_INTERVAL_SECONDS");
    if (probe.isEmpty()) {
      return;
    }
    int width = (PANEL_WIDTH - 2 * INSET - 8) / 2;
    int far = x + width + 8;
    labelled(
        isLeft ? x : far,
        FAILOVER_Y,
        width,
        FAILOVER_HEIGHT,
        "watch",
        "Probe (Lambda)",
        "asks the other region, each "
            + probe.get().at("/Environment/Variables/PROBE_INTERVAL_SECONDS").asText()
            + " s");
    labelled(
        isLeft ? far : x,
        FAILOVER_Y,
        width,
        FAILOVER_HEIGHT,
        "compute",
        "Failover (Step Functions)",
        "at worst " + Splitter.on(':').splitToList(region.output("RecoveryBudget")).get(0).strip());
  }

  /** The one URL, and where it leads before and after a failover. */
  private void endpoint(RegionTemplate primary, RegionTemplate secondary) {
    if (primary.count("AWS::CloudFront::Distribution") == 0) {
      return;
    }
    labelled(
        ENDPOINT_X,
        ENDPOINT_Y,
        ENDPOINT_WIDTH,
        ENDPOINT_HEIGHT,
        "public",
        "Endpoint (CloudFront)",
        words(
            "one URL for callers",
            when(
                primary.count("AWS::CloudFront::KeyValueStore") > 0,
                "the active region from a key value store")));
    way(ENDPOINT_X + 100, PRIMARY_X + CALLS_X, primary, "one-way");
    centred(SECONDARY_X + CALLS_X - 110, ENDPOINT_Y + ENDPOINT_HEIGHT + 12, "after a failover");
    way(ENDPOINT_X + ENDPOINT_WIDTH - 100, SECONDARY_X + CALLS_X, secondary, "one-way off");
  }

  private void way(int from, int to, RegionTemplate region, String style) {
    if (region.count("AWS::Lambda::Url") > 0) {
      int bend = ENDPOINT_Y + ENDPOINT_HEIGHT + 18;
      add(
          "<path class=\"link %s\" d=\"M%d %d V%d H%d V%d\"/>",
          style, from, ENDPOINT_Y + ENDPOINT_HEIGHT, bend, to, TOP + 62);
    }
  }

  /** The table that says who is active, between the two failovers that change it. */
  private void lease(RegionTemplate primary, RegionTemplate secondary) {
    Optional<JsonNode> table = primary.controlTable();
    if (table.isEmpty()) {
      return;
    }
    int left = PRIMARY_X + PANEL_WIDTH + 18;
    int right = SECONDARY_X - 18;
    box(left, FAILOVER_Y, right - left, FAILOVER_HEIGHT, "data");
    int middle = (left + right) / 2;
    add(
        "<text class=\"name\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">Control table</text>",
        middle, FAILOVER_Y + 19);
    centred(middle, FAILOVER_Y + 36, "lease and journal");
    boolean isStrong = table.get().path("MultiRegionConsistency").asText().equals("STRONG");
    String witness = table.get().at("/GlobalTableWitnesses/0/Region").asText();
    centred(
        middle,
        FAILOVER_Y + 51,
        words(isStrong ? "strong" : "eventual", when(!witness.isEmpty(), "witness " + witness)));
    int y = FAILOVER_Y + FAILOVER_HEIGHT / 2;
    tie(PRIMARY_X + PANEL_WIDTH - INSET, left, y);
    if (secondary.functionWith("PROBE_INTERVAL_SECONDS").isPresent()) {
      tie(right, SECONDARY_X + INSET, y);
    }
  }

  private void tie(int from, int to, int y) {
    add("<path class=\"link both-ways\" d=\"M%d %d H%d\"/>", from, y, to);
  }

  private void vpc(int x, RegionTemplate region) {
    int width = PANEL_WIDTH - 2 * INSET;
    box(x, VPC_Y, width, VPC_HEIGHT, "vpc");
    text(x + 10, VPC_Y + 20, "name", "VPC " + region.text("AWS::EC2::VPC", "/CidrBlock"));
    List<String> zones = region.zones();
    int zoneWidth = (width - 20 - (zones.size() - 1) * 10) / zones.size();
    for (int index = 0; index < zones.size(); index++) {
      zone(x + 10 + index * (zoneWidth + 10), zoneWidth, zones.get(index), region);
    }
    functions(x + 25, width - 50, region);
    aurora(x + 25, width - 50, region);
    text(
        x + 10,
        VPC_Y + VPC_HEIGHT - 10,
        "small",
        words(
            region.count("AWS::EC2::VPCEndpoint") + " gateway endpoints",
            when(region.count("AWS::EC2::FlowLog") > 0, "flow logs"),
            when(
                region.count("Custom::VpcRestrictDefaultSG") > 0,
                "default security group closed")));
  }

  private void zone(int x, int width, String zone, RegionTemplate region) {
    box(x, VPC_Y + 30, width, VPC_HEIGHT - 60, "zone");
    text(x + 8, VPC_Y + 48, "small", zone);
    if (region.hasNatGateway(zone)) {
      labelled(x + 10, VPC_Y + 62, width - 20, 44, "public", "NAT gateway", "public subnet");
    }
    text(x + 8, FUNCTION_Y - 8, "small", when(region.hasSubnet(zone, "Private"), "private subnet"));
    text(
        x + 8,
        DATABASE_Y - 8,
        "small",
        when(region.hasSubnet(zone, "Isolated"), "isolated subnet"));
  }

  private void functions(int x, int width, RegionTemplate region) {
    Optional<JsonNode> payments = region.functionWith("REGION_ROLE");
    // The line from the Function URL ends here; the wider box is under it.
    int controlWidth = region.functionWith("REPLICATION").isPresent() ? 150 : 0;
    int gap = controlWidth == 0 ? 0 : 10;
    payments.ifPresent(
        function ->
            labelled(
                x + controlWidth + gap,
                FUNCTION_Y,
                width - controlWidth - gap,
                50,
                "compute",
                "Payment function (Lambda)",
                words(
                    function.path("Runtime").asText(),
                    function.at("/Architectures/0").asText(),
                    when(
                        function.at("/SnapStart/ApplyOn").asText().equals("PublishedVersions"),
                        "SnapStart"),
                    "alias " + region.text("AWS::Lambda::Alias", "/Name"))));
    if (controlWidth > 0) {
      labelled(
          x, FUNCTION_Y, controlWidth, 50, "watch", "Replication control", "each minute (Lambda)");
    }
  }

  private void aurora(int x, int width, RegionTemplate region) {
    if (region.count("AWS::RDS::DBCluster") == 0) {
      return;
    }
    labelled(
        x,
        DATABASE_Y,
        width,
        50,
        "data",
        "Aurora PostgreSQL " + region.text("AWS::RDS::DBCluster", "/EngineVersion"),
        words(
            region.count("AWS::RDS::DBInstance")
                + " instances "
                + region.text("AWS::RDS::DBInstance", "/DBInstanceClass"),
            when(region.has("AWS::RDS::DBCluster", "/StorageEncrypted", "true"), "encrypted"),
            when(
                region.has("AWS::RDS::DBClusterParameterGroup", "/Parameters/rds.force_ssl", "1"),
                "TLS forced"),
            when(
                region.has("AWS::RDS::DBCluster", "/EnableIAMDatabaseAuthentication", "true"),
                "IAM login")));
  }

  private void sessions(int x, int width, RegionTemplate region, RegionTemplate peer) {
    boolean definedHere = region.hasReplicaIn(region.region());
    if (definedHere || peer.hasReplicaIn(region.region())) {
      service(
          x,
          width,
          "data",
          "Sessions",
          "DynamoDB",
          "global table",
          definedHere ? "defined here" : "replica");
    }
  }

  private void assets(int x, int width, RegionTemplate region) {
    service(
        x,
        width,
        "data",
        "Assets",
        "S3 bucket",
        when(
            region.has("AWS::S3::Bucket", "/VersioningConfiguration/Status", "Enabled"),
            "versioned"),
        when(region.hasRoleFor("s3.amazonaws.com"), "replication role"));
  }

  private void backup(int x, int width, RegionTemplate region) {
    JsonNode rule = region.backupRule();
    service(
        x,
        width,
        "data",
        "Backup",
        spoken(rule.path("ScheduleExpression").asText()),
        "kept " + rule.at("/Lifecycle/DeleteAfterDays").asText() + " days",
        when(copiesBackups(region), "copied"));
  }

  /** A daily schedule in words, any other as it is. */
  private static String spoken(String schedule) {
    Matcher daily = DAILY.matcher(schedule);
    return daily.matches()
        ? "daily "
            + Strings.padStart(daily.group(2), 2, '0')
            + ":"
            + Strings.padStart(daily.group(1), 2, '0')
            + " UTC"
        : schedule;
  }

  private static boolean copiesBackups(RegionTemplate region) {
    return !region.backupRule().path("CopyActions").isEmpty();
  }

  private void alarms(int x, int width, RegionTemplate region) {
    service(
        x,
        width,
        "watch",
        "Alarms",
        region.count("AWS::CloudWatch::Alarm") + " alarms",
        region.count("AWS::SNS::Topic") + " SNS topic",
        region.count("AWS::CloudWatch::Dashboard") + " dashboard");
  }

  private void links(RegionTemplate primary, RegionTemplate secondary) {
    if (secondary.template().toString().contains("Fn::GetStackOutput")) {
      link(TOP + 40, "one-way", "stack outputs");
    }
    if (secondary.count("AWS::EC2::VPCPeeringConnection") > 0) {
      link(VPC_Y + 14, "both-ways", "VPC peering");
    }
    if (secondary.count("Custom::DrReplication") > 0) {
      link(DATABASE_Y + 25, "one-way", "logical replication");
    } else if (primary.count("AWS::RDS::GlobalCluster") > 0) {
      link(DATABASE_Y + 25, "one-way", "Aurora global database");
    } else {
      link(DATABASE_Y + 25, "off", "no replication");
    }
    if (primary.hasReplicaIn(primary.region()) && primary.hasReplicaIn(secondary.region())) {
      link(SERVICES_Y + 25, "both-ways", "session replicas");
    }
    if (replicatesAssets(primary) && replicatesAssets(secondary)) {
      link(SERVICES_Y + 60, "both-ways", "S3 replication");
    } else if (replicatesAssets(primary)) {
      link(SERVICES_Y + 60, "one-way", "S3 replication");
    } else {
      link(SERVICES_Y + 60, "off", "S3 replication off");
    }
    if (copiesBackups(primary) && copiesBackups(secondary)) {
      link(SERVICES_Y + 95, "both-ways", "backup copies");
    }
  }

  private static boolean replicatesAssets(RegionTemplate region) {
    return region.all("AWS::S3::Bucket").stream()
        .anyMatch(bucket -> bucket.has("ReplicationConfiguration"));
  }

  private void link(int y, String style, String label) {
    int from = PRIMARY_X + PANEL_WIDTH + 4;
    int to = SECONDARY_X - 4;
    add("<path class=\"link %s\" d=\"M%d %d H%d\"/>", style, from, y, to);
    centred((from + to) / 2, y - 8, label);
  }

  private void service(int x, int width, String style, String name, String... lines) {
    box(x, SERVICES_Y, width, SERVICE_HEIGHT, style);
    text(x + 10, SERVICES_Y + 24, "name", name);
    for (int index = 0; index < lines.length; index++) {
      text(x + 10, SERVICES_Y + 50 + index * 22, "small", lines[index]);
    }
  }

  private void labelled(
      int x, int y, int width, int height, String style, String name, String detail) {
    box(x, y, width, height, style);
    int middle = x + width / 2;
    add(
        "<text class=\"name\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>",
        middle, y + height / 2 - 4, name);
    centred(middle, y + height / 2 + 14, detail);
  }

  private void centred(int x, int y, String words) {
    if (!words.isEmpty()) {
      add("<text class=\"small\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>", x, y, words);
    }
  }

  private void text(int x, int y, String style, String words) {
    add("<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>", style, x, y, words);
  }

  private void box(int x, int y, int width, int height, String style) {
    add(
        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>",
        style, x, y, width, height);
  }

  private static String when(boolean isSo, String words) {
    return isSo ? words : "";
  }

  private static String words(String... parts) {
    return Arrays.stream(parts).filter(part -> !part.isEmpty()).collect(joining(", "));
  }

  private void add(String format, Object... values) {
    Object[] escaped =
        Arrays.stream(values)
            .map(
                value ->
                    value instanceof String words
                        ? HtmlEscapers.htmlEscaper().escape(words)
                        : value)
            .toArray();
    svg.append(String.format(Locale.ROOT, format, escaped)).append('\n');
  }
}
