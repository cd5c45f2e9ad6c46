"""AWS::SSM::Parameter, changed in place so that its versions count on."""

from __future__ import annotations

from typing import Any

from helpers.localaws.cloudformation import names
from helpers.localaws.cloudformation.resources.base import (
    EXISTS,
    Made,
    Request,
    ResourceType,
    handler_failure,
)


def _backend(request: Request) -> Any:
    from moto.ssm.models import ssm_backends

    return ssm_backends[request.account][request.region]


class Parameter(ResourceType):
    """A parameter of Parameter Store."""

    service = "Ssm"

    def generated_name(self, request: Request) -> str:
        """`CFN-LogicalId-random`: a stack may be called `ssm…`, a parameter may not."""
        return f"CFN-{request.logical_id}-{names.suffix()}"

    def create(self, request: Request) -> Made:
        """Create the parameter."""
        name = self.name(request)
        if _backend(request).get_parameter(name) is not None:
            raise handler_failure(f"{name} already exists", EXISTS)
        self._put(request, name, overwrite=False)
        return Made(name, self._attributes(request))

    def update(self, request: Request) -> Made | None:
        """Write a new version."""
        name = request.physical_id
        self._put(request, name, overwrite=True)
        ssm = _backend(request)
        gone = request.removed_tags()
        if gone:
            ssm.remove_tags_from_resource("Parameter", name, gone)
        ssm.add_tags_to_resource("Parameter", name, request.tag_map())
        return Made(name, self._attributes(request))

    def delete(self, request: Request) -> None:
        """Delete the parameter."""
        if self.exists(request):
            _backend(request).delete_parameter(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the parameter is there."""
        return _backend(request).get_parameter(request.physical_id) is not None

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The value as it is now."""
        parameter = _backend(request).get_parameter(request.physical_id)
        return {"Value": parameter.value, "Type": parameter.parameter_type}

    def _attributes(self, request: Request) -> dict[str, str]:
        return {key: str(request.properties[key]) for key in ("Type", "Value")}

    def _put(self, request: Request, name: str, *, overwrite: bool) -> None:
        wanted = request.properties
        _backend(request).put_parameter(
            name,
            wanted.get("Description", ""),
            str(wanted["Value"]),
            wanted["Type"],
            wanted.get("AllowedPattern", ""),
            None,
            overwrite,
            [] if overwrite else request.tag_list(),
            wanted.get("DataType", "text"),
            wanted.get("Tier"),
            wanted.get("Policies"),
        )
