"""CloudFormation of the local endpoint: stacks, change sets, the SAM transform, resources.

It takes the place of moto's CloudFormation as a whole and uses moto's services for the resources.
`install()` is cheap; `warm_up()` imports what a first deployment needs.
"""

from __future__ import annotations


def install() -> None:
    """Put this CloudFormation in the place of moto's. Call it once, before the first request.

    Raises RuntimeError if moto's own CloudFormation has been imported before.
    """
    from helpers.localaws.cloudformation import backend
    from helpers.localaws.cloudformation.hook import take_the_place_of_moto

    take_the_place_of_moto(backend.cloudformation_backends, backend)

    from helpers.localaws.cloudformation import responses

    backend.CloudFormationBackend._url_module = responses  # where moto looks for the URLs


def stop_all(seconds: float = 10.0) -> bool:
    """Let the operations that are under way stop where they are; returns whether all have stopped.

    It is as if the process ended: call it before the state is emptied or written for good;
    `recover` takes them up again. seconds: how long to wait, in real seconds.
    """
    from helpers.localaws.cloudformation import backend

    return backend.stop_all(seconds)


def recover() -> list[str]:
    """Take up what was under way when the state that has now been loaded was written.

    Creations and updates are rolled back, deletions finished, each in the background. Returns the
    names of the stacks.
    """
    from helpers.localaws.cloudformation.backend import cloudformation_backends

    return [
        name
        for _, _, backend in cloudformation_backends.iter_backends()
        for name in backend.recover()
    ]


def warm_up() -> None:
    """Import what a first deployment needs (the SAM translator and the common services).

    Meant for a background thread after the port answers; a deployment that comes first imports
    the same, only later.
    """
    import samtranslator.translator.transform  # noqa: F401

    from helpers.localaws.cloudformation import resources, schema

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
