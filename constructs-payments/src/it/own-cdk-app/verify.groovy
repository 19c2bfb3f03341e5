import groovy.json.JsonSlurper

// One line for each resource type that the app's templates must have, in each region's stack.
def expected = [
    'AWS::EC2::VPC': 2,
    'AWS::EC2::NatGateway': 4,
    'AWS::RDS::DBCluster': 1,
    'AWS::RDS::DBInstance': 2,
    'Custom::DrReplication': 1,
]

def out = new File(basedir, 'target/cdk.out')
['Own-us-east-1', 'Own-us-west-2'].each { stack ->
  def template = new JsonSlurper().parse(new File(out, "${stack}.template.json"))
  def counts = template.Resources.values().countBy { it.Type }
  expected.each { type, count ->
    assert (counts[type] ?: 0) == count : \
        "${stack} has ${counts[type] ?: 0} of ${type}, not ${count}"
  }
}

// The runtime comes out of the artifact itself, and the functions of a region share it.
def runtimeOf = { stack ->
  new JsonSlurper().parse(new File(out, "${stack}.template.json")).Resources.values()
      .findAll { (it.Properties?.Handler ?: '').startsWith('io.github.paymentdr.runtime.') }
      .collect { it.Properties.Code.S3Key }.unique()
}
['Own-us-east-1', 'Own-us-west-2'].each { stack ->
  def keys = runtimeOf(stack)
  assert keys.size() == 1 : "${stack} has the runtime as ${keys}"
  assert new File(out, "asset.${keys[0]}").length() > 1_000_000
}

def cidrsOf = { stack ->
  new JsonSlurper().parse(new File(out, "${stack}.template.json")).Resources.values()
      .findAll { it.Type == 'AWS::EC2::VPC' }.collect { it.Properties.CidrBlock }.sort()
}
assert cidrsOf('Own-us-east-1') == ['10.0.0.0/16', '10.8.0.0/20']
assert cidrsOf('Own-us-west-2') == ['10.1.0.0/16', '10.9.0.0/20']
