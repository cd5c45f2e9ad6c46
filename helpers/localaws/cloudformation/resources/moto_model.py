"""Resource types that moto's own models create: the models are imported when a template asks.

moto's CloudFormation imports the models of every service that it knows at once (seconds, and more
than 100 MB); here a type brings in its own module only.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import logging
from typing import Any

from helpers.localaws.cloudformation import schema
from helpers.localaws.cloudformation.errors import ResourceFailure
from helpers.localaws.cloudformation.resources.base import Made, Request, ResourceType
from helpers.localaws.cloudformation.resources.moto_types import MODULES

LOG = logging.getLogger(__name__)

LONGEST = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 32,
    "AWS::ElasticLoadBalancingV2::TargetGroup": 32,
    "AWS::SQS::Queue": 80,
    "AWS::IAM::User": 64,
    "AWS::IAM::InstanceProfile": 128,
    "AWS::IAM::ManagedPolicy": 128,
}

BEFORE = {"AWS::Lambda::EventSourceMapping": "Invalid request provided: "}


def types() -> dict[str, str]:
    """The types that moto's models create, each with its module."""
    return {name: module for module, names in MODULES.items() for name in names}


def model_class(type_name: str) -> type[Any]:
    """Moto's model class of a resource type.

    Raises LookupError if moto has none.
    """
    from moto.core.common_models import CloudFormationModel

    importlib.import_module(types()[type_name])
    for model in CloudFormationModel.__subclasses__():
        if model.cloudformation_type() == type_name:
            return model
    raise LookupError(f"moto has no CloudFormation model for {type_name}")


def deletes_itself(model: type[Any]) -> bool:
    """Whether a model's objects have `delete(account_id, region_name)`."""
    own = getattr(model, "delete", None)
    return own is not None and len(inspect.signature(own).parameters) == 3


def can_delete(model: type[Any]) -> bool:
    """Whether a resource of this model can be deleted at all."""
    abstract = getattr(model.delete_from_cloudformation_json, "__isabstractmethod__", False)
    return deletes_itself(model) or not abstract


class MotoModel(ResourceType):
    """A type that is created through moto's `create_from_cloudformation_json` and its kin."""

    def __init__(self, type_name: str) -> None:
        self.type = type_name
        self.service = type_name.split("::")[1]
        self.longest_name = LONGEST.get(type_name, 255)
        self.words_before = BEFORE.get(type_name, "")

    def name(self, request: Request) -> str:
        """The name from the property that moto's model or AWS's schema says."""
        prop = model_class(self.type).cloudformation_name_type()
        if prop and request.properties.get(prop):
            return str(request.properties[prop])
        return super().name(request)

    def create(self, request: Request) -> Made:
        """Create it through moto's model."""
        model = model_class(self.type).create_from_cloudformation_json(
            self.name(request),
            self._json(request),
            request.account,
            request.region,
            LogicalId=request.logical_id,
            StackId=request.stack_id,
            ResourceType=request.type,
        )
        return self._made(request, model)

    def update(self, request: Request) -> Made | None:
        """Update it through moto's model, if that can update.

        Raises ResourceFailure if it cannot; to make it anew would lose what is in it.
        """
        model = model_class(self.type)
        if getattr(model.update_from_cloudformation_json, "__isabstractmethod__", False):
            raise ResourceFailure(
                f"This local endpoint can create and delete {self.type} but not change it in "
                "place: take it out of the template, deploy, and put it back in."
            )
        updated = model.update_from_cloudformation_json(
            original_resource=request.model,
            new_resource_name=request.physical_id,
            cloudformation_json=self._json(request),
            account_id=request.account,
            region_name=request.region,
        )
        return self._made(request, updated or request.model)

    def delete(self, request: Request) -> None:
        """Delete it through moto's model."""
        model = model_class(self.type)
        if deletes_itself(model):
            request.model.delete(request.account, request.region)
        else:
            model.delete_from_cloudformation_json(
                request.physical_id, self._json(request), request.account, request.region
            )

    def _json(self, request: Request) -> dict[str, Any]:
        properties = copy.deepcopy(request.properties)
        prop = model_class(self.type).cloudformation_name_type()
        if prop and request.physical_id:
            properties.setdefault(prop, request.physical_id)
        if request.tags and schema.taggable(self.type):
            properties["Tags"] = request.tag_list()
        return {"Type": self.type, "Properties": properties}

    def _made(self, request: Request, model: Any) -> Made:
        physical_id = getattr(model, "physical_resource_id", None)
        physical_id = physical_id or request.physical_id or self.name(request)
        attributes = {}
        for name in schema.read_only(self.type):
            try:
                value = model.get_cfn_attribute(name)
            except Exception:  # moto raises several kinds for what it does not have
                LOG.debug("moto has no attribute %s of %s", name, self.type)
                continue
            if value is not None and json.dumps(value, default=str):
                attributes[name] = value
        return Made(str(physical_id), attributes, model)
