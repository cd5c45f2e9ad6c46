"""CloudFormation of the local endpoint: stacks, change sets, the SAM transform, resources.

It takes the place of moto's CloudFormation as a whole and uses moto's services for the resources.
`install()` is cheap; `warm_up()` imports what a first deployment needs.
"""

from __future__ import annotations


def install() -> None:
    """Put this CloudFormation in the place of moto's. Call it once, before the first request.

    Raises:
        RuntimeError: moto's own CloudFormation has been imported before.
    """
    from . import backend
    from .hook import take_the_place_of_moto

    take_the_place_of_moto(backend.cloudformation_backends, backend)


def warm_up() -> None:
    """Import what a first deployment needs (the SAM translator and the common services).

    Meant for a background thread after the port answers; a deployment that comes first imports
    the same, only later.
    """
    import samtranslator.translator.transform  # noqa: F401

    from . import resources, schema

    schema.known("AWS::Lambda::Function")
    for name in (
        "AWS::S3::Bucket",
        "AWS::Lambda::Function",
        "AWS::IAM::Role",
        "AWS::DynamoDB::Table",
        "AWS::Events::Rule",
        "AWS::StepFunctions::StateMachine",
    ):
        resources.handler(name)
        schema.taggable(name)
