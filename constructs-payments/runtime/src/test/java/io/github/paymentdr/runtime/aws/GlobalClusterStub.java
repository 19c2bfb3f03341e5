package io.github.paymentdr.runtime.aws;

import io.github.paymentdr.runtime.aws.AwsStub.Request;
import io.github.paymentdr.runtime.aws.AwsStub.Response;
import org.jspecify.annotations.Nullable;

/** Plays RDS with one global cluster of two members. */
public final class GlobalClusterStub {
  public static final String ID = "payments-global";
  public static final String EAST = "arn:aws:rds:us-east-1:123456789012:cluster:payments-east";
  public static final String WEST = "arn:aws:rds:us-west-2:123456789012:cluster:payments-west";

  private String writer = EAST;
  private String status = "available";
  private String synchronization = "connected";
  private @Nullable String operation;
  private String target = "";
  private boolean isWestMember = true;

  /** Answers for the global cluster. */
  public GlobalClusterStub(AwsStub aws) {
    aws.on("DescribeGlobalClusters", this::describe)
        .on("FailoverGlobalCluster", request -> begin(request, "failing-over"))
        .on("SwitchoverGlobalCluster", request -> begin(request, "switching-over"));
  }

  public synchronized GlobalClusterStub status(String newStatus) {
    status = newStatus;
    return this;
  }

  public synchronized GlobalClusterStub synchronization(String newStatus) {
    synchronization = newStatus;
    return this;
  }

  public synchronized GlobalClusterStub operation(@Nullable String newOperation, String to) {
    operation = newOperation;
    target = to;
    return this;
  }

  public synchronized GlobalClusterStub detachWest() {
    isWestMember = false;
    return this;
  }

  /** Ends what was begun. */
  public synchronized void finish() {
    writer = target;
    operation = null;
    status = "available";
  }

  private synchronized Response begin(Request request, String name) {
    if (operation != null) {
      return Response.xmlError(
          400, "InvalidGlobalClusterStateFault", "Global cluster is in state " + operation);
    }
    operation = name;
    status = name;
    target = request.text("TargetDbClusterIdentifier");
    return wrapped(request.action(), "<GlobalCluster>" + cluster() + "</GlobalCluster>");
  }

  private synchronized Response describe(Request request) {
    if (!ID.equals(request.text("GlobalClusterIdentifier"))) {
      return Response.xmlError(404, "GlobalClusterNotFoundFault", "Global cluster not found");
    }
    return wrapped(
        request.action(),
        "<GlobalClusters><GlobalClusterMember>"
            + cluster()
            + "</GlobalClusterMember></GlobalClusters>");
  }

  private String cluster() {
    return element("GlobalClusterIdentifier", ID)
        + element("Status", status)
        + element("GlobalClusterMembers", member(EAST) + (isWestMember ? member(WEST) : ""))
        + (operation == null
            ? ""
            : element(
                "FailoverState",
                element("Status", operation)
                    + element("FromDbClusterArn", writer)
                    + element("ToDbClusterArn", target)));
  }

  private String member(String arn) {
    return element(
        "GlobalClusterMember",
        element("DBClusterArn", arn)
            + element("IsWriter", String.valueOf(arn.equals(writer)))
            + element("SynchronizationStatus", synchronization)
            + element("GlobalWriteForwardingStatus", "disabled"));
  }

  private static Response wrapped(String action, String result) {
    return Response.xml(
        "<"
            + action
            + "Response xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">"
            + element(action + "Result", result)
            + "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></"
            + action
            + "Response>");
  }

  private static String element(String name, String content) {
    return "<" + name + ">" + content + "</" + name + ">";
  }
}
