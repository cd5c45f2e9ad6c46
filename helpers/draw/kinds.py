"""Resource types in AWS's own names, and the group that each is drawn in."""

from __future__ import annotations

import re

GROUPS = (
    "Triggers and APIs",
    "Workflows",
    "Functions",
    "Data",
    "Messages",
    "Permissions",
    "Monitoring",
    "Network",
    "Others",
)

# CloudFormation's service part → the service as AWS writes it, and the group it is drawn in.
SERVICES: dict[str, tuple[str, str]] = {
    "ApiGateway": ("API Gateway", "Triggers and APIs"),
    "ApiGatewayV2": ("API Gateway", "Triggers and APIs"),
    "AppSync": ("AppSync", "Triggers and APIs"),
    "ApplicationInsights": ("CloudWatch Application Insights", "Monitoring"),
    "Athena": ("Athena", "Data"),
    "Batch": ("Batch", "Functions"),
    "CertificateManager": ("Certificate Manager", "Network"),
    "CloudFormation": ("CloudFormation", "Others"),
    "CloudFront": ("CloudFront", "Network"),
    "CloudTrail": ("CloudTrail", "Monitoring"),
    "CloudWatch": ("CloudWatch", "Monitoring"),
    "CodeBuild": ("CodeBuild", "Functions"),
    "CodeDeploy": ("CodeDeploy", "Others"),
    "CodePipeline": ("CodePipeline", "Workflows"),
    "Cognito": ("Cognito", "Permissions"),
    "DynamoDB": ("DynamoDB", "Data"),
    "EC2": ("EC2", "Network"),
    "ECR": ("ECR", "Data"),
    "ECS": ("ECS", "Functions"),
    "EFS": ("EFS", "Data"),
    "ElastiCache": ("ElastiCache", "Data"),
    "ElasticLoadBalancingV2": ("Elastic Load Balancing", "Network"),
    "Events": ("EventBridge", "Triggers and APIs"),
    "Glue": ("Glue", "Data"),
    "IAM": ("IAM", "Permissions"),
    "KMS": ("KMS", "Permissions"),
    "Kinesis": ("Kinesis", "Messages"),
    "KinesisFirehose": ("Data Firehose", "Messages"),
    "Lambda": ("Lambda", "Functions"),
    "Logs": ("CloudWatch Logs", "Monitoring"),
    "MSK": ("MSK", "Messages"),
    "OpenSearchService": ("OpenSearch", "Data"),
    "Pipes": ("EventBridge Pipes", "Triggers and APIs"),
    "RDS": ("RDS", "Data"),
    "ResourceGroups": ("Resource Groups", "Monitoring"),
    "Route53": ("Route 53", "Network"),
    "S3": ("S3", "Data"),
    "SES": ("SES", "Messages"),
    "SNS": ("SNS", "Messages"),
    "SQS": ("SQS", "Messages"),
    "SSM": ("Systems Manager", "Others"),
    "SageMaker": ("SageMaker", "Functions"),
    "Scheduler": ("EventBridge Scheduler", "Triggers and APIs"),
    "SecretsManager": ("Secrets Manager", "Permissions"),
    "Serverless": ("SAM", "Others"),
    "StepFunctions": ("Step Functions", "Workflows"),
    "WAFv2": ("WAF", "Permissions"),
    "XRay": ("X-Ray", "Monitoring"),
}

# Where the type says more than its service, or stands elsewhere than the rest of its service.
TYPES: dict[str, tuple[str, str]] = {
    "AWS::Serverless::Function": ("Lambda function", "Functions"),
    "AWS::Serverless::StateMachine": ("Step Functions state machine", "Workflows"),
    "AWS::Serverless::SimpleTable": ("DynamoDB table", "Data"),
    "AWS::Serverless::Api": ("API Gateway REST API", "Triggers and APIs"),
    "AWS::Serverless::HttpApi": ("API Gateway HTTP API", "Triggers and APIs"),
    "AWS::Serverless::WebSocketApi": ("API Gateway WebSocket API", "Triggers and APIs"),
    "AWS::Serverless::GraphQLApi": ("AppSync GraphQL API", "Triggers and APIs"),
    "AWS::Serverless::LayerVersion": ("Lambda layer", "Functions"),
    "AWS::Serverless::Application": ("nested application", "Others"),
    "AWS::Serverless::Connector": ("SAM connector", "Permissions"),
    "AWS::Lambda::Permission": ("Lambda permission", "Permissions"),
    "AWS::Lambda::LayerVersion": ("Lambda layer", "Functions"),
    "AWS::Lambda::EventSourceMapping": ("Lambda event source", "Triggers and APIs"),
    "AWS::Lambda::Url": ("Lambda function URL", "Triggers and APIs"),
    "AWS::S3::BucketPolicy": ("S3 bucket policy", "Permissions"),
    "AWS::SQS::QueuePolicy": ("SQS queue policy", "Permissions"),
    "AWS::SNS::TopicPolicy": ("SNS topic policy", "Permissions"),
    "AWS::IAM::ManagedPolicy": ("IAM managed policy", "Permissions"),
    "AWS::ResourceGroups::Group": ("resource group", "Monitoring"),
    "AWS::ApplicationInsights::Application": ("Application Insights", "Monitoring"),
    "AWS::Events::EventBus": ("EventBridge bus", "Messages"),
    "AWS::EC2::Instance": ("EC2 instance", "Functions"),
    "AWS::CloudFormation::Stack": ("nested stack", "Others"),
}


def kind_of(type: str) -> tuple[str, str]:
    """A resource type in words, and its group.

    >>> kind_of("AWS::DynamoDB::Table"), kind_of("AWS::Serverless::Function")
    (('DynamoDB table', 'Data'), ('Lambda function', 'Functions'))
    >>> kind_of("AWS::Events::Rule"), kind_of("Custom::Thing")
    (('EventBridge rule', 'Triggers and APIs'), ('custom resource Thing', 'Others'))
    """
    if type in TYPES:
        return TYPES[type]
    parts = type.split("::")
    if parts[0] == "Custom":
        return f"custom resource {'::'.join(parts[1:])}", "Others"
    if len(parts) == 3 and parts[0] == "AWS":
        service, group = SERVICES.get(parts[1], (parts[1], "Others"))
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parts[2]).lower()
        return f"{service} {words}", group
    return type, "Others"
