"""The resource types that a stack may have here: one module for each service."""

from __future__ import annotations

import importlib
from functools import cache

from helpers.localaws.cloudformation import schema
from helpers.localaws.cloudformation.resources import moto_model
from helpers.localaws.cloudformation.resources.base import ResourceType

# type -> (module of this package, class); imported when a template has such a resource
OWN: dict[str, tuple[str, str]] = {
    "AWS::ApplicationInsights::Application": ("groups", "ApplicationInsights"),
    "AWS::CloudFormation::CustomResource": ("nested", "CustomResource"),
    "AWS::CloudFormation::Stack": ("nested", "NestedStack"),
    "AWS::CloudFormation::WaitConditionHandle": ("nested", "WaitConditionHandle"),
    "AWS::CloudWatch::Alarm": ("alarms", "Alarm"),
    "AWS::CloudWatch::CompositeAlarm": ("alarms", "CompositeAlarm"),
    "AWS::DynamoDB::Table": ("dynamodb", "Table"),
    "AWS::Events::Rule": ("events", "Rule"),
    "AWS::IAM::ManagedPolicy": ("iam", "ManagedPolicy"),
    "AWS::IAM::Policy": ("iam", "Policy"),
    "AWS::IAM::Role": ("iam", "Role"),
    "AWS::IAM::RolePolicy": ("iam", "RolePolicy"),
    "AWS::KMS::Key": ("keys", "Key"),
    "AWS::Lambda::Alias": ("lambdas", "Alias"),
    "AWS::Lambda::EventInvokeConfig": ("lambdas", "EventInvokeConfig"),
    "AWS::Lambda::Function": ("lambdas", "Function"),
    "AWS::Lambda::LayerVersion": ("lambdas", "LayerVersion"),
    "AWS::Lambda::Permission": ("lambdas", "Permission"),
    "AWS::Lambda::Version": ("lambdas", "Version"),
    "AWS::Logs::LogGroup": ("logs", "LogGroup"),
    "AWS::Logs::MetricFilter": ("logs", "MetricFilter"),
    "AWS::ResourceGroups::Group": ("groups", "ResourceGroup"),
    "AWS::S3::Bucket": ("s3", "Bucket"),
    "AWS::S3::BucketPolicy": ("s3", "BucketPolicy"),
    "AWS::SNS::Subscription": ("messaging", "Subscription"),
    "AWS::SNS::Topic": ("messaging", "Topic"),
    "AWS::SNS::TopicPolicy": ("messaging", "TopicPolicy"),
    "AWS::SQS::Queue": ("messaging", "Queue"),
    "AWS::SQS::QueuePolicy": ("messaging", "QueuePolicy"),
    "AWS::SSM::Parameter": ("parameter_store", "Parameter"),
    "AWS::Scheduler::Schedule": ("scheduler", "Schedule"),
    "AWS::Scheduler::ScheduleGroup": ("scheduler", "ScheduleGroup"),
    "AWS::SecretsManager::Secret": ("secrets", "Secret"),
    "AWS::StepFunctions::Activity": ("stepfunctions", "Activity"),
    "AWS::StepFunctions::StateMachine": ("stepfunctions", "StateMachine"),
    "AWS::StepFunctions::StateMachineAlias": ("stepfunctions", "StateMachineAlias"),
    "AWS::StepFunctions::StateMachineVersion": ("stepfunctions", "StateMachineVersion"),
}


@cache
def handler(type_name: str) -> ResourceType:
    """The handler of a resource type.

    Raises KeyError if this endpoint does not have the type.
    """
    if type_name in OWN:
        module, name = OWN[type_name]
        made: ResourceType = getattr(importlib.import_module(f"{__name__}.{module}"), name)()
        made.type = type_name
        return made
    if type_name in moto_model.types():
        return moto_model.MotoModel(type_name)
    if type_name.startswith("Custom::"):
        return handler("AWS::CloudFormation::CustomResource")
    raise KeyError(type_name)


def supported() -> list[str]:
    """The resource types that this endpoint can create."""
    return sorted({*OWN, *moto_model.types()})


def unsupported(type_names: list[str]) -> str | None:
    """The sentence that refuses those of `type_names` that cannot be created, if any.

    Types that AWS does not have either are refused in AWS's words.
    """
    have = set(supported())
    missing = [
        name
        for name in dict.fromkeys(type_names)
        if name not in have and not name.startswith("Custom::")
    ]
    if not missing:
        return None
    unknown = [name for name in missing if not schema.known(name)]
    if unknown:
        return f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
    services = {name.rsplit("::", 1)[0] for name in missing}
    near = [name for name in supported() if name.rsplit("::", 1)[0] in services]
    beside = f" Of these services it can create {', '.join(near)}." if near else ""
    return (
        f"This local endpoint cannot create {', '.join(missing)}.{beside} It can create "
        f"{len(have)} resource types (docs/local-versus-aws.md lists them); deploy to an AWS "
        "account for the others."
    )
