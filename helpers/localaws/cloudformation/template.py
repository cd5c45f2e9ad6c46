"""Templates: read YAML or JSON with CloudFormation's short forms, and refuse what AWS refuses.

Words of the errors: as CloudFormation answers them (observed answers of the service).
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from helpers.localaws.cloudformation import schema, shapes
from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.references import condition_names, references

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
    "Globals",
}
RESOURCE_ATTRIBUTES = {
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Version",
    # what SAM adds to its own resources
    "Connectors",
    "IgnoreGlobals",
}
ANY_ATTRIBUTE = {"AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack"}
"""Types whose attributes are what a function answers, or what another template's outputs are."""
PSEUDO_PARAMETERS = {
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
}
FORMAT_VERSION = "2010-09-09"
FUNCTIONS = (
    "Fn::Base64", "Fn::GetAtt", "Fn::GetAZs", "Fn::ImportValue", "Fn::Join", "Fn::Split",
    "Fn::FindInMap", "Fn::Select", "Ref", "Fn::Equals", "Fn::If", "Fn::Not", "Condition",
    "Fn::And", "Fn::Or", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn",
    "Fn::ValueOf", "Fn::ValueOfAll", "Fn::RefAll", "Fn::Sub", "Fn::Cidr",
)  # fmt: skip
"""As AWS lists them to who uses another one."""
EXTENSIONS = ("Fn::ForEach", "Fn::Length", "Fn::ToJsonString", "Fn::Transform")
"""Functions of the transform AWS::LanguageExtensions, and the one that calls a macro."""
SNAPSHOTS = (
    "AWS::DocDB::", "AWS::EC2::Volume", "AWS::ElastiCache::", "AWS::Neptune::", "AWS::RDS::",
    "AWS::Redshift::",
)  # fmt: skip
"""How the types begin of which a snapshot can be taken."""
DEEPEST, LARGEST = 100, 200_000  # of what one template nests and holds
TOO_DEEP = f"Template format error: the template nests more than {DEEPEST} levels."
LOGICAL_ID = re.compile(r"^[A-Za-z0-9]+$")


class _TemplateLoader(Loader):  # type: ignore[misc, valid-type]
    """YAML as CloudFormation reads it: dates stay text, `!Ref` and its like become mappings."""


def _short_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


def _unique_mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
            continue
        if key.value in seen:
            mark = key.start_mark
            raise ValidationError(
                f"Template format error: duplicate key {key.value!r} found "
                f"(line {mark.line + 1}, column {mark.column + 1})"
            )
        seen.add(key.value)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_TemplateLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in Loader.yaml_implicit_resolvers.items()
}
_TemplateLoader.add_multi_constructor("!", _short_form)
_TemplateLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def _check_size(text: str) -> None:
    """Refuse YAML that is nested too deep or that its aliases blow up, before it is built.

    libyaml builds by recursion in C: a few ten thousand brackets would end the process.
    """
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []
    for event in yaml.parse(text, Loader=Loader):
        size = 0
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            open_.append((event.anchor, 1))
            if len(open_) > DEEPEST:
                raise ValidationError(TOO_DEEP)
        elif isinstance(event, yaml.ScalarEvent):
            size = 1
            if event.anchor:
                sizes[event.anchor] = size
        elif isinstance(event, yaml.AliasEvent):
            size = sizes.get(event.anchor, 1)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            anchor, size = open_.pop()
            if anchor:
                sizes[anchor] = size
        if size and open_:
            anchor, before = open_[-1]
            if before + size > LARGEST:
                raise ValidationError(
                    f"Template format error: the template has more than {LARGEST} values."
                )
            open_[-1] = (anchor, before + size)


def _check_depth(parsed: Any) -> None:
    level = [parsed]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise ValidationError(TOO_DEEP)


def parse(text: str) -> dict[str, Any]:
    """The template in `text` (YAML or JSON) as plain dicts and lists.

    Raises ValidationError if it is not well-formed, or not a mapping; AWS's words, with the place.
    """
    if not text or not text.strip():
        raise ValidationError("Template format error: unsupported structure.")
    if text.lstrip().startswith("{"):
        try:
            parsed = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValidationError(
                "Template format error: JSON not well-formed. "
                f"(line {error.lineno}, column {error.colno})"
            ) from None
        except RecursionError:
            raise ValidationError(TOO_DEEP) from None
        _check_depth(parsed)
    else:
        try:
            _check_size(text)
            parsed = yaml.load(text, Loader=_TemplateLoader)  # a SafeLoader
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
            raise ValidationError(f"Template format error: YAML not well-formed.{place}") from None
        except (yaml.YAMLError, ValueError, RecursionError):
            raise ValidationError("Template format error: YAML not well-formed.") from None
    if not isinstance(parsed, dict):
        raise ValidationError("Template format error: unsupported structure.")
    return parsed


def transforms(template: dict[str, Any]) -> list[str]:
    """The names of the macros that the template's `Transform` section declares."""
    declared = template.get("Transform") or []
    if not isinstance(declared, list):
        declared = [declared]
    return [str(name.get("Name")) if isinstance(name, dict) else str(name) for name in declared]


def check_form(template: dict[str, Any]) -> None:
    """Check what can be checked before a transform has run: sections, and that resources are there.

    Raises ValidationError, in AWS's words.
    """
    unknown = [str(key) for key in template if key not in SECTIONS]
    if unknown:
        raise ValidationError(
            f"Invalid template property or properties [{', '.join(sorted(unknown))}]"
        )
    version = template.get("AWSTemplateFormatVersion", FORMAT_VERSION)
    if version != FORMAT_VERSION:
        raise ValidationError(
            f"Template format error: {version} is not a supported value for "
            "AWSTemplateFormatVersion."
        )
    for section in ("Parameters", "Mappings", "Conditions", "Resources", "Outputs"):
        if section not in template:
            continue
        if template[section] is None:
            raise ValidationError(f"[/{section}] 'null' values are not allowed in templates")
        if not isinstance(template[section], dict):
            raise ValidationError(f"Template format error: [/{section}] must be an object.")
    if not template.get("Resources"):
        raise ValidationError(
            "Template format error: At least one Resources member must be defined."
        )


def check(template: dict[str, Any]) -> None:
    """Check a template to which every transform has been applied.

    Raises ValidationError, in AWS's words for the first thing that is wrong.
    """
    check_form(template)
    shapes.check_sections(template)
    resources = template["Resources"]
    for name, body in resources.items():
        if not LOGICAL_ID.match(str(name)):
            raise ValidationError(
                f"Template format error: Resource name {name} is non alphanumeric."
            )
        if not isinstance(body, dict):
            raise ValidationError(
                f"Template format error: [/Resources/{name}] resource definition is malformed"
            )
        if not isinstance(body.get("Type"), str):
            raise ValidationError(
                f"Template format error: [/Resources/{name}] "
                "Every Resources object must contain a Type member."
            )
        if not isinstance(body.get("Properties", {}), dict):
            raise ValidationError(
                f"Template format error: [/Resources/{name}/Properties] must be an object."
            )
        for attribute in body:
            if attribute not in RESOURCE_ATTRIBUTES:
                raise ValidationError(f"Invalid template resource property '{attribute}'")
        shapes.check_resource(name, body)
        policy = body.get("DeletionPolicy", "Delete")
        if policy not in (
            "Delete",
            "Retain",
            "Snapshot",
            "RetainExceptOnCreate",
        ):
            raise ValidationError(
                f"Template format error: Unrecognized DeletionPolicy {policy} for resource {name}"
            )
        if policy == "Snapshot" and not body["Type"].startswith(SNAPSHOTS):
            raise ValidationError(
                f"Template error: resource type {body['Type']} does not support deletion policy "
                "Snapshot"
            )
    for section in ("Resources", "Conditions", "Outputs"):
        _check_functions(template.get(section))
    _check_references(template)


def _check_functions(value: Any) -> None:
    """Refuse a function that CloudFormation has not."""
    if isinstance(value, list):
        for inner in value:
            _check_functions(inner)
    elif isinstance(value, dict):
        for name, inner in value.items():
            known = name in FUNCTIONS or str(name).startswith(EXTENSIONS)
            if len(value) == 1 and str(name).startswith("Fn::") and not known:
                raise ValidationError(
                    f"Template format error: Encountered unsupported function: {name} Supported "
                    f"functions are: [{', '.join(FUNCTIONS)}]"
                )
            _check_functions(inner)


def _has_attribute(resource: Any, name: str) -> bool:
    kind = resource.get("Type") if isinstance(resource, dict) else None
    if not isinstance(kind, str) or kind in ANY_ATTRIBUTE or "$" in name:
        return True
    return schema.has_attribute(kind, name)


def _check_references(template: dict[str, Any]) -> None:
    resources = template["Resources"]
    known = set(resources) | set(template.get("Parameters") or {}) | PSEUDO_PARAMETERS
    conditions = template.get("Conditions") or {}
    for section in ("Resources", "Outputs"):
        missing: list[str] = []
        for body in (template.get(section) or {}).values():
            for target, attribute in references(body):
                if attribute is None and target not in known:
                    missing.append(target)
                elif attribute is not None and target not in resources:
                    raise ValidationError(
                        "Template error: instance of Fn::GetAtt references undefined resource "
                        f"{target}"
                    )
                elif attribute and not _has_attribute(resources[target], attribute):
                    raise ValidationError(
                        f"Template error: resource {target} does not support attribute type "
                        f"{attribute} in Fn::GetAtt"
                    )
            depends = body.get("DependsOn", []) if section == "Resources" else []
            missing += [
                name
                for name in ([depends] if isinstance(depends, str) else depends)
                if name not in resources
            ]
            used = [body["Condition"]] if isinstance(body.get("Condition"), str) else []
            used += condition_names(body.get("Properties", body.get("Value")))
            for condition in used:
                if condition not in conditions:
                    raise ValidationError(
                        f"Template format error: Unresolved condition dependency {condition} "
                        f"in the {section} block of the template"
                    )
        if missing:
            names = ", ".join(dict.fromkeys(missing))
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies [{names}] "
                f"in the {section} block of the template"
            )
    for name, condition in conditions.items():
        for target, _ in references(condition):
            if target not in (set(template.get("Parameters") or {}) | PSEUDO_PARAMETERS):
                raise ValidationError(
                    f"Template format error: Unresolved dependencies [{target}]. "
                    "Cannot reference resources in the Conditions block of the template"
                )
        for used in condition_names(condition):
            if used not in conditions:
                raise ValidationError(
                    f"Template format error: Unresolved condition dependency {used} "
                    f"in the Conditions block of the template ({name})"
                )
