"""Resource types that moto 5.2.5's own CloudFormation models create, each with its module.

moto finds its models by importing every service that it knows (seconds, and more than 100 MB). With
this table a type brings in its own module only. In it are the types of serverless applications that
have no handler of this package and whose models can delete what they create; a test deploys each,
and a contract test compares the table with moto.
"""

MODULES: dict[str, tuple[str, ...]] = {
    "moto.awslambda.models": ("AWS::Lambda::EventSourceMapping",),
    "moto.cloudwatch.models": ("AWS::CloudWatch::Dashboard",),
    "moto.ec2.models.security_groups": ("AWS::EC2::SecurityGroup",),
    "moto.ec2.models.subnets": ("AWS::EC2::Subnet",),
    "moto.ec2.models.vpcs": ("AWS::EC2::VPC",),
    "moto.ecr.models": ("AWS::ECR::Repository",),
    "moto.events.models": ("AWS::Events::EventBus",),
    "moto.iam.models": (
        "AWS::IAM::AccessKey",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::User",
    ),
    "moto.kinesis.models": ("AWS::Kinesis::Stream",),
    "moto.kms.models": ("AWS::KMS::Alias",),
    "moto.logs.models": ("AWS::Logs::ResourcePolicy",),
}
