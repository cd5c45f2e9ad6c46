"""What one stack sees of the others of its region: exports, and who imports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.localaws.cloudformation.deploy import Exports
from helpers.localaws.cloudformation.dynamic import secret
from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.stack import Output, Stack

if TYPE_CHECKING:
    from helpers.localaws.cloudformation.backend import CloudFormationBackend


class RegionExports(Exports):
    """The other stacks of the region, as a deployment sees them."""

    def __init__(self, backend: CloudFormationBackend) -> None:
        self.backend = backend

    def value(self, name: str, importer: Stack) -> str:
        """Return the value that another stack than `importer` exports."""
        for stack, output in self.backend.exports():
            if output.export == name and stack.id != importer.id:
                return output.value
        raise ValidationError(f"No export named {name} found.")

    def check(self, stack: Stack, outputs: list[Output]) -> None:
        """Refuse exports that another stack has, and changes of those that are in use."""
        new = {output.export: output.value for output in outputs if output.export}
        for other, output in self.backend.exports():
            if other.id != stack.id and output.export in new:
                raise ValidationError(
                    f"Export with name {output.export} is already exported by stack {other.name}. "
                    "Export names must be unique across a given region."
                )
        for output in stack.outputs:
            if output.export and new.get(output.export) != output.value:
                users = self.backend.importers(output.export)
                if users:
                    verb = "deleted" if output.export not in new else "updated"
                    raise ValidationError(
                        f"Export {output.export} cannot be {verb} as it is in use by "
                        f"{', '.join(users)}"
                    )

    def dynamic(self, service: str, reference: str) -> str:
        """Return a value of Parameter Store or Secrets Manager."""
        if service.startswith("ssm"):
            return self.backend.parameter_store(reference.split(":")[0])
        return secret(self.backend.account_id, self.backend.region_name, reference)
