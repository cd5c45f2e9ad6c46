"""Intrinsic functions: turn a template's values into the values that a resource gets.

Reference: AWS CloudFormation Template Reference, "Intrinsic functions".
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, Protocol

from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.references import SUB

# {{resolve:ssm:name}}, {{resolve:ssm-secure:name}}, {{resolve:secretsmanager:id:SecretString:key}}
DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")
KNOWN_LATER = "{{changeSet:KNOWN_AFTER_APPLY"
"""How a value begins that nobody knows before the deployment, as a change set shows it."""


def known_later(value: Any) -> bool:
    """Whether `value` is a text that has in it what nobody knows before the deployment.

    What is cut out of it or counted in it is not known either: it could have any number of parts.
    """
    return isinstance(value, str) and KNOWN_LATER in value


class Lookup(Protocol):
    """Where references lead: to the resources of a stack and to other stacks' exports."""

    def ref(self, logical_id: str) -> Any:
        """The physical id of a resource."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """An attribute of a resource."""

    def imported(self, export: str) -> str:
        """The value that another stack exports under that name."""

    def dynamic(self, service: str, reference: str) -> str:
        """The value of a dynamic reference."""


class _NoValue:
    """What AWS::NoValue resolves to: the property that has it is left out."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = _NoValue()


class Resolver:
    """Evaluates values of one template with one set of parameter values.

    template: a checked, transformed template. parameters: resolved parameter values. pseudo: values
    of the pseudo parameters (AWS::Region and its like). lookup: where references to resources lead.
    """

    def __init__(
        self,
        template: dict[str, Any],
        parameters: dict[str, Any],
        pseudo: dict[str, Any],
        lookup: Lookup,
    ) -> None:
        self.template = template
        self.parameters = parameters
        self.pseudo = pseudo
        self.lookup = lookup
        self._conditions: dict[str, bool] = {}
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._getatt,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Base64": self._base64,
            "Fn::GetAZs": self._zones,
            "Fn::ImportValue": lambda v: self.lookup.imported(self.text(v)),
            "Fn::Cidr": self._cidr,
            "Fn::ToJsonString": lambda v: json.dumps(self.resolve(v), separators=(",", ":")),
            "Fn::Length": self._length,
            "Fn::And": self._boolean,
            "Fn::Or": self._boolean,
            "Fn::Not": self._boolean,
            "Fn::Equals": self._boolean,
        }

    def resolve(self, value: Any) -> Any:
        """The `value` with every function evaluated; what is AWS::NoValue is left out.

        Raises ValidationError if a function is used wrongly, or what it names is not there.
        """
        if isinstance(value, dict):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                if name in self._functions:
                    return self._call(name, argument)
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not NO_VALUE]
        if isinstance(value, str) and "{{resolve:" in value:
            return DYNAMIC.sub(lambda m: self.lookup.dynamic(m[1], m[2]), value)
        return value

    def _call(self, name: str, argument: Any) -> Any:
        try:
            return self._functions[name](argument)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            # a function inside gave a value of another kind than this one takes
            raise ValidationError(
                f"Template error: {name} cannot be evaluated with "
                f"{json.dumps(argument, default=str)[:200]}"
            ) from None

    def text(self, value: Any) -> str:
        """The `value` evaluated, as text."""
        resolved = self.resolve(value)
        if isinstance(resolved, bool):
            return "true" if resolved else "false"
        if isinstance(resolved, (dict, list)) or resolved is None or resolved is NO_VALUE:
            raise ValidationError(
                "Template error: every value of Fn::Sub, Fn::Join and their like must be a string"
            )
        return str(resolved)

    def condition(self, name: str) -> bool:
        """Whether the condition of that name holds."""
        if name not in self._conditions:
            conditions = self.template.get("Conditions") or {}
            if name not in conditions:
                raise ValidationError(
                    f"Template error: unresolved condition dependency {name} in Fn::If"
                )
            self._conditions[name] = self.truth(conditions[name])
        return self._conditions[name]

    def truth(self, value: Any) -> bool:
        """Whether a condition expression holds."""
        if isinstance(value, dict) and len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Condition":
                return self.condition(argument)
            if name in ("Fn::And", "Fn::Or"):
                if not isinstance(argument, list) or not 2 <= len(argument) <= 10:
                    raise ValidationError(
                        f"Template error: every {name} object requires a list of at least 2 "
                        "and at most 10 boolean parameters."
                    )
                truths = [self.truth(item) for item in argument]
                return all(truths) if name == "Fn::And" else any(truths)
            if name == "Fn::Not":
                return not self.truth(argument[0])
            if name == "Fn::Equals":
                if not isinstance(argument, list) or len(argument) != 2:
                    raise ValidationError(
                        "Template error: every Fn::Equals object requires a list of 2 "
                        "string parameters."
                    )
                left, right = (_comparable(self.resolve(item)) for item in argument)
                return left == right
        resolved = self.resolve(value)
        return resolved if isinstance(resolved, bool) else str(resolved).lower() == "true"

    def _boolean(self, argument: Any) -> bool:
        raise ValidationError(
            "Template error: Fn::And, Fn::Or, Fn::Not and Fn::Equals can only be used in the "
            f"Conditions block of the template, not around {json.dumps(argument, default=str)}"
        )

    def _ref(self, name: Any) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        return self.lookup.ref(name)

    def _getatt(self, argument: Any) -> Any:
        if isinstance(argument, str):
            argument = argument.split(".", 1)
        if not isinstance(argument, list) or len(argument) < 2:
            raise ValidationError(
                "Template error: every Fn::GetAtt object requires two non-empty parameters, "
                "the resource name and the resource attribute"
            )
        return self.lookup.attribute(argument[0], ".".join(self.text(a) for a in argument[1:]))

    def _sub(self, argument: Any) -> str:
        template, mapped = (argument, {}) if isinstance(argument, str) else argument
        values = {key: self.text(value) for key, value in mapped.items()}

        def replacement(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in values:
                return values[name]
            if "." in name:
                return self.text({"Fn::GetAtt": name.split(".", 1)})
            return self.text({"Ref": name})

        return self.resolve(SUB.sub(replacement, template).replace("${!", "${"))

    def _join(self, argument: Any) -> str:
        if not isinstance(argument, list) or len(argument) != 2:
            raise ValidationError(
                "Template error: every Fn::Join object requires two parameters, "
                "(1) a string delimiter and (2) a list of strings to be joined or a function "
                "that returns a list of strings (such as Fn::GetAZs) to be joined."
            )
        items = self.resolve(argument[1])
        if isinstance(items, str):
            items = [items]
        return str(argument[0]).join(self.text(item) for item in items)

    def _base64(self, argument: Any) -> str:
        text = self.text(argument)
        return text if known_later(text) else base64.b64encode(text.encode()).decode()

    def _length(self, argument: Any) -> Any:
        items = self.resolve(argument)
        return items if known_later(items) else len(items)

    def _split(self, argument: Any) -> Any:
        text = self.text(argument[1])
        return text if known_later(text) else text.split(str(argument[0]))

    def _select(self, argument: Any) -> Any:
        items = self.resolve(argument[1])
        if known_later(items):
            return items
        index = int(self.text(argument[0]))
        if not isinstance(items, list) or not 0 <= index < len(items):
            raise ValidationError(
                f"Template error: Fn::Select cannot select nonexistent value at index {index}"
            )
        return items[index]

    def _find_in_map(self, argument: Any) -> Any:
        options = argument[3] if len(argument) > 3 else {}
        name, first, second = (self.text(item) for item in argument[:3])
        try:
            return self.resolve((self.template.get("Mappings") or {})[name][first][second])
        except KeyError:
            if "DefaultValue" in options:
                return self.resolve(options["DefaultValue"])
            raise ValidationError(
                f"Template error: Unable to get mapping for {name}::{first}::{second}"
            ) from None

    def _if(self, argument: Any) -> Any:
        if not isinstance(argument, list) or len(argument) != 3:
            raise ValidationError(
                "Template error: Fn::If requires a list argument with three elements"
            )
        return self.resolve(argument[1] if self.condition(argument[0]) else argument[2])

    def _zones(self, argument: Any) -> list[str]:
        region = self.text(argument) or self.pseudo["AWS::Region"]
        return [f"{region}{zone}" for zone in "abcdef"]

    def _cidr(self, argument: Any) -> Any:
        block = self.text(argument[0])
        if known_later(block):
            return block
        count = int(self.text(argument[1]))
        bits = int(self.text(argument[2])) if len(argument) > 2 else 8
        network = ipaddress.ip_network(block, strict=False)
        subnets = network.subnets(new_prefix=network.max_prefixlen - bits)
        return [str(subnet) for _, subnet in zip(range(count), subnets, strict=False)]


def _comparable(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return value
