"""Which module of moto 5.2.5 defines the CloudFormation model of which resource type.

moto finds its models by importing every service that it knows (seconds, and more than 100 MB). With
this table a type brings in its own module only. A contract test compares the table with moto.
"""

MODULES: dict[str, tuple[str, ...]] = {
    "moto.apigateway.models": (
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::RestApi",
    ),
    "moto.autoscaling.models": (
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::AutoScaling::LaunchConfiguration",
        "AWS::AutoScaling::ScheduledAction",
    ),
    "moto.awslambda.models": (
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
    ),
    "moto.batch.models": (
        "AWS::Batch::ComputeEnvironment",
        "AWS::Batch::JobDefinition",
        "AWS::Batch::JobQueue",
    ),
    "moto.cloudwatch.models": ("AWS::CloudWatch::Dashboard",),
    "moto.datapipeline.models": ("AWS::DataPipeline::Pipeline",),
    "moto.dynamodb.models.table": ("AWS::DynamoDB::Table",),
    "moto.ec2.models.elastic_block_store": (
        "AWS::EC2::Volume",
        "AWS::EC2::VolumeAttachment",
    ),
    "moto.ec2.models.elastic_ip_addresses": ("AWS::EC2::EIP",),
    "moto.ec2.models.elastic_network_interfaces": ("AWS::EC2::NetworkInterface",),
    "moto.ec2.models.flow_logs": ("AWS::EC2::FlowLog",),
    "moto.ec2.models.instances": ("AWS::EC2::Instance",),
    "moto.ec2.models.internet_gateways": ("AWS::EC2::InternetGateway",),
    "moto.ec2.models.launch_templates": ("AWS::EC2::LaunchTemplate",),
    "moto.ec2.models.nat_gateways": ("AWS::EC2::NatGateway",),
    "moto.ec2.models.route_tables": (
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
    ),
    "moto.ec2.models.security_groups": (
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
    ),
    "moto.ec2.models.spot_requests": ("AWS::EC2::SpotFleet",),
    "moto.ec2.models.subnets": (
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
    ),
    "moto.ec2.models.transit_gateway": ("AWS::EC2::TransitGateway",),
    "moto.ec2.models.vpc_peering_connections": ("AWS::EC2::VPCPeeringConnection",),
    "moto.ec2.models.vpcs": (
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
    ),
    "moto.ec2.models.vpn_gateway": (
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::EC2::VPNGateway",
    ),
    "moto.ecr.models": ("AWS::ECR::Repository",),
    "moto.ecs.models": (
        "AWS::ECS::Cluster",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
    ),
    "moto.efs.models": (
        "AWS::EFS::AccessPoint",
        "AWS::EFS::FileSystem",
        "AWS::EFS::MountTarget",
    ),
    "moto.elb.models": ("AWS::ElasticLoadBalancing::LoadBalancer",),
    "moto.elbv2.models": (
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
    ),
    "moto.emr.models": (
        "AWS::EMR::Cluster",
        "AWS::EMR::InstanceGroupConfig",
        "AWS::EMR::SecurityConfiguration",
    ),
    "moto.events.models": (
        "AWS::Events::Archive",
        "AWS::Events::EventBus",
        "AWS::Events::Rule",
    ),
    "moto.iam.models": (
        "AWS::IAM::AccessKey",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
    ),
    "moto.iot.models": (
        "AWS::IoT::BillingGroup",
        "AWS::IoT::JobTemplate",
        "AWS::IoT::Policy",
        "AWS::IoT::RoleAlias",
        "AWS::IoT::Thing",
        "AWS::IoT::ThingType",
    ),
    "moto.kinesis.models": ("AWS::Kinesis::Stream",),
    "moto.kms.models": (
        "AWS::KMS::Alias",
        "AWS::KMS::Key",
    ),
    "moto.logs.models": (
        "AWS::Logs::LogGroup",
        "AWS::Logs::ResourcePolicy",
    ),
    "moto.rds.models": (
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSecurityGroup",
        "AWS::RDS::DBSubnetGroup",
    ),
    "moto.redshift.models": (
        "AWS::Redshift::Cluster",
        "AWS::Redshift::ClusterParameterGroup",
        "AWS::Redshift::ClusterSubnetGroup",
    ),
    "moto.route53.models": (
        "AWS::Route53::HealthCheck",
        "AWS::Route53::HostedZone",
        "AWS::Route53::RecordSet",
        "AWS::Route53::RecordSetGroup",
    ),
    "moto.s3.models": ("AWS::S3::Bucket",),
    "moto.sagemaker.models": (
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::NotebookInstance",
        "AWS::SageMaker::NotebookInstanceLifecycleConfig",
    ),
    "moto.sns.models": ("AWS::SNS::Topic",),
    "moto.sqs.models": ("AWS::SQS::Queue",),
    "moto.ssm.models": (
        "AWS::SSM::Document",
        "AWS::SSM::Parameter",
    ),
    "moto.stepfunctions.models": ("AWS::StepFunctions::StateMachine",),
}
