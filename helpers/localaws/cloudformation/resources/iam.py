"""AWS::IAM: roles, their inline policies, and managed policies, kept in step."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

from helpers.localaws.cloudformation.resources.base import Made, Request, ResourceType


def backend(request: Request) -> Any:
    """The IAM backend of the request's account."""
    from moto.iam.models import iam_backends

    return iam_backends[request.account][request.partition]


class Role(ResourceType):
    """A role. moto's own model forgets managed policies and never updates inline ones."""

    service = "Iam"
    longest_name = 64

    def create(self, request: Request) -> Made:
        """Create the role with its policies."""
        wanted, iam = request.properties, backend(request)
        role = iam.create_role(
            role_name=self.name(request),
            assume_role_policy_document=_text(wanted["AssumeRolePolicyDocument"]),
            path=wanted.get("Path", "/"),
            permissions_boundary=wanted.get("PermissionsBoundary"),
            description=wanted.get("Description", ""),
            tags=request.tag_list(),
            max_session_duration=wanted.get("MaxSessionDuration", 3600),
        )
        try:
            self._policies(request, role.name)
        except Exception:
            self._remove(iam, role.name)
            raise
        return Made(role.name, {"Arn": role.arn, "RoleId": role.id})

    def update(self, request: Request) -> Made | None:
        """Bring the role in step with the template."""
        wanted, iam, name = request.properties, backend(request), request.physical_id
        iam.update_assume_role_policy(name, _text(wanted["AssumeRolePolicyDocument"]))
        iam.update_role(name, wanted.get("Description", ""), wanted.get("MaxSessionDuration", 3600))
        if wanted.get("PermissionsBoundary"):
            iam.put_role_permissions_boundary(name, wanted["PermissionsBoundary"])
        else:
            iam.delete_role_permissions_boundary(name)
        gone = request.removed_tags()
        if gone:
            iam.untag_role(name, gone)
        iam.tag_role(name, request.tag_list())
        self._policies(request, name)
        return None

    def delete(self, request: Request) -> None:
        """Delete the role and what hangs on it."""
        self._remove(backend(request), request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the role is there."""
        return any(role.name == request.physical_id for role in backend(request).get_roles())

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The role as it is now."""
        role = backend(request).get_role(request.physical_id)
        order = [p["PolicyName"] for p in request.properties.get("Policies") or []]
        names = [n for n in order if n in role.policies]
        names += [n for n in role.policies if n not in order]
        managed = request.properties.get("ManagedPolicyArns") or []
        return {
            "AssumeRolePolicyDocument": _parsed(role.assume_role_policy_document),
            "Description": role.description,
            "ManagedPolicyArns": sorted(role.managed_policies, key=_place(managed)),
            "Path": role.path,
            "Policies": [
                {"PolicyName": name, "PolicyDocument": _parsed(role.policies[name])}
                for name in names
            ],
        }

    def _policies(self, request: Request, name: str) -> None:
        iam, wanted = backend(request), request.properties
        role = iam.get_role(name)
        inline = {p["PolicyName"]: p["PolicyDocument"] for p in wanted.get("Policies") or []}
        was_inline = {p["PolicyName"] for p in request.old.get("Policies") or []}
        for policy in (was_inline - set(inline)) & set(role.policies):
            iam.delete_role_policy(name, policy)
        for policy, document in inline.items():
            put_inline(iam, role, policy, document)
        managed = list(wanted.get("ManagedPolicyArns") or [])
        was_managed = request.old.get("ManagedPolicyArns") or []
        for arn in set(was_managed) - set(managed):
            if arn in role.managed_policies:
                iam.detach_role_policy(arn, name)
        for arn in managed:
            if arn not in role.managed_policies:
                ensure_known(iam, request, arn)
                iam.attach_role_policy(arn, name)

    def _remove(self, iam: Any, name: str) -> None:
        role = next((role for role in iam.get_roles() if role.name == name), None)
        if role is None:
            return
        for arn in list(role.managed_policies):
            iam.detach_role_policy(arn, name)
        for policy in list(role.policies):
            iam.delete_role_policy(name, policy)
        for profile in iam.get_instance_profiles():
            profile.delete_role(role_name=name)
        iam.delete_role(name)


class RolePolicy(ResourceType):
    """An inline policy of a role that is declared elsewhere."""

    service = "Iam"

    def create(self, request: Request) -> Made:
        """Put the policy on the role."""
        self._put(request)
        return Made(f"{request.properties['PolicyName']}|{request.properties['RoleName']}")

    def update(self, request: Request) -> Made | None:
        """Put it anew."""
        self._put(request)
        return None

    def delete(self, request: Request) -> None:
        """Take it off; that the role is gone is no error."""
        name, role_name = request.physical_id.split("|", 1)
        for role in backend(request).get_roles():
            if role.name == role_name and name in role.policies:
                role.delete_policy(name)

    def _put(self, request: Request) -> None:
        iam, wanted = backend(request), request.properties
        role = iam.get_role(wanted["RoleName"])
        put_inline(iam, role, wanted["PolicyName"], wanted.get("PolicyDocument") or {})


HOLDERS = {"Roles": "role", "Users": "user", "Groups": "group"}


class Policy(ResourceType):
    """An inline policy that is put on roles, users and groups."""

    service = "Iam"

    def create(self, request: Request) -> Made:
        """Put the policy on all that the template names."""
        self._put(request)
        name = self.generated_name(request)
        return Made(name, {"Id": name})

    def update(self, request: Request) -> Made | None:
        """Take it off those that are no longer named, put it on the others."""
        renamed = request.old.get("PolicyName") != request.properties["PolicyName"]
        for prop in HOLDERS:
            now = [] if renamed else request.properties.get(prop) or []
            for holder in set(request.old.get(prop) or []) - set(now):
                self._take(request, prop, holder, str(request.old["PolicyName"]))
        self._put(request)
        return None

    def delete(self, request: Request) -> None:
        """Take it off all of them; that one is gone is no error."""
        for prop in HOLDERS:
            for holder in request.properties.get(prop) or []:
                self._take(request, prop, holder, str(request.properties["PolicyName"]))

    def _put(self, request: Request) -> None:
        iam, wanted = backend(request), request.properties
        name, document = wanted["PolicyName"], wanted["PolicyDocument"]
        for role in wanted.get("Roles") or []:
            put_inline(iam, iam.get_role(role), name, document)
        text = json.dumps({"Version": "2012-10-17", **_parsed(document)})
        for user in wanted.get("Users") or []:
            iam.put_user_policy(user, name, text)
        for group in wanted.get("Groups") or []:
            iam.put_group_policy(group, name, text)

    def _take(self, request: Request, prop: str, holder: str, policy: str) -> None:
        with contextlib.suppress(Exception):  # gone with its holder
            getattr(backend(request), f"delete_{HOLDERS[prop]}_policy")(holder, policy)


class ManagedPolicy(ResourceType):
    """A managed policy of the account."""

    service = "Iam"
    longest_name = 128

    def create(self, request: Request) -> Made:
        """Create the policy and attach it."""
        wanted, iam = request.properties, backend(request)
        given = wanted.get("ManagedPolicyName")
        policy = iam.create_policy(
            description=wanted.get("Description", ""),
            path=wanted.get("Path") or "/",
            policy_document=_versioned(wanted["PolicyDocument"]),
            policy_name=str(given) if given else self.generated_name(request),
            tags=request.tag_list(),
        )
        self._attach(request, policy.arn)
        return Made(policy.arn, {"PolicyArn": policy.arn, "PolicyId": policy.id})

    def update(self, request: Request) -> Made | None:
        """Make a new default version, dropping the oldest where there are five."""
        iam, arn = backend(request), request.physical_id
        if request.old.get("PolicyDocument") != request.properties["PolicyDocument"]:
            versions = iam.get_policy(arn).versions
            if len(versions) >= 5:
                spare = next(version for version in versions if not version.is_default)
                iam.delete_policy_version(arn, spare.version_id)
            document = _versioned(request.properties["PolicyDocument"])
            iam.create_policy_version(arn, document, True)
        for prop in HOLDERS:
            now = request.properties.get(prop) or []
            for holder in set(request.old.get(prop) or []) - set(now):
                self._detach(request, prop, holder)
        self._attach(request, arn)
        return None

    def delete(self, request: Request) -> None:
        """Detach and delete the policy."""
        if not self.exists(request):
            return
        for prop in HOLDERS:
            for holder in request.properties.get(prop) or []:
                self._detach(request, prop, holder)
        backend(request).delete_policy(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the policy is there."""
        return request.physical_id in backend(request).managed_policies

    def _attach(self, request: Request, arn: str) -> None:
        iam = backend(request)
        for prop, kind in HOLDERS.items():
            for holder in request.properties.get(prop) or []:
                entity = getattr(iam, f"get_{kind}")(holder)
                if arn not in entity.managed_policies:
                    getattr(iam, f"attach_{kind}_policy")(arn, holder)

    def _detach(self, request: Request, prop: str, holder: str) -> None:
        with contextlib.suppress(Exception):  # gone with its holder
            getattr(backend(request), f"detach_{HOLDERS[prop]}_policy")(request.physical_id, holder)


def _versioned(document: Any) -> str:
    return json.dumps({"Version": "2012-10-17", **_parsed(document)})


def ensure_known(iam: Any, request: Request, arn: str) -> None:
    """Let moto's IAM know a policy of AWS's own, if it does not load them all by itself."""
    if arn in iam.managed_policies or ":iam::aws:policy/" not in arn:
        return
    from helpers.localaws.iam import aws_policies

    path, _, name = arn.partition(":policy")[2].rpartition("/")
    policy = aws_policies.policy(name, f"{path}/", request.account, request.region)
    if policy is not None:
        iam.managed_policies[policy.arn] = policy


def put_inline(iam: Any, role: Any, name: str, document: Any) -> None:
    """Put an inline policy on a role as it is written.

    AWS takes a policy without `Version` (SAM's policy templates have none); moto's check does not.
    """
    parsed = json.loads(document) if isinstance(document, str) else document
    iam.put_role_policy(role.name, name, json.dumps({"Version": "2012-10-17", **parsed}))
    role.put_policy(name, _text(document))


def _place(order: list[str]) -> Callable[[str], int]:
    return lambda arn: order.index(arn) if arn in order else len(order)


def _parsed(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)
