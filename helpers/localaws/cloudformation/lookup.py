"""Where a stack's references lead: to its resources as they are, and to other stacks' exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from helpers.localaws.cloudformation import schema
from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.stack import Output, Resource, Stack


@dataclass(frozen=True)
class Deployed:
    """The look-up of one stack, as it is deployed.

    exports: gives every export of the region with its stack. importers: the names of the stacks
    that import an export. dynamic: the value of a dynamic reference, of its service and the rest.
    """

    stack: Stack
    exports: Callable[[], Iterable[tuple[Stack, Output]]]
    importers: Callable[[str], list[str]]
    dynamic: Callable[[str, str], str]

    def ref(self, logical_id: str) -> Any:
        """The physical id of a resource. Raises ValidationError where it is not there."""
        return self._resource(logical_id).physical_id

    def attribute(self, logical_id: str, name: str) -> Any:
        """An attribute of a resource. Raises ValidationError where there is none."""
        return attribute(self._resource(logical_id), name)

    def imported(self, export: str) -> str:
        """The value that another stack exports. Raises ValidationError where none does."""
        for stack, output in self.exports():
            if output.export == export and stack.id != self.stack.id:
                return output.value
        raise ValidationError(f"No export named {export} found.")

    def check(self, outputs: list[Output]) -> None:
        """Raises ValidationError if `outputs` cannot take the place of the stack's.

        They cannot where another stack has such an export, or uses one that would be another.
        """
        new = {output.export: output.value for output in outputs if output.export}
        for other, output in self.exports():
            if other.id != self.stack.id and output.export in new:
                raise ValidationError(
                    f"Export with name {output.export} is already exported by stack {other.name}. "
                    "Export names must be unique across a given region."
                )
        for output in self.stack.outputs:
            if output.export and new.get(output.export) != output.value:
                users = self.importers(output.export)
                if users:
                    verb = "deleted" if output.export not in new else "updated"
                    raise ValidationError(
                        f"Export {output.export} cannot be {verb} as it is in use by "
                        f"{', '.join(users)}"
                    )

    def _resource(self, logical_id: str) -> Resource:
        if logical_id not in self.stack.resources:
            raise ValidationError(
                f"Unresolved resource dependencies [{logical_id}] in the Resources block of the "
                "template"
            )
        return self.stack.resources[logical_id]


def attribute(resource: Resource, name: str) -> Any:
    """An attribute of a resource, as Fn::GetAtt gives it.

    Raises ValidationError, in AWS's words, where it has none of that name.
    """
    if name in resource.attributes:
        return resource.attributes[name]
    if isinstance(resource.attributes.get("Outputs"), dict) and name.startswith("Outputs."):
        outputs = resource.attributes["Outputs"]
        if name.removeprefix("Outputs.") in outputs:
            return outputs[name.removeprefix("Outputs.")]
    # what AWS's newer handlers offer too: a property that the template gives
    if name in resource.properties and name in schema.attributes(resource.type):
        return resource.properties[name]
    raise ValidationError(
        f"Template error: resource {resource.logical_id} does not support attribute type {name} "
        "in Fn::GetAtt"
    )


def pseudo_parameters(stack: Stack) -> dict[str, Any]:
    """The values of the pseudo parameters in a stack."""
    return {
        "AWS::AccountId": stack.account,
        "AWS::NotificationARNs": stack.recipe.notification_arns,
        "AWS::Partition": stack.partition,
        "AWS::Region": stack.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }
