"""AWS::DynamoDB::Table, changed in place where DynamoDB can."""

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
    from moto.dynamodb.models import dynamodb_backends

    return dynamodb_backends[request.account][request.region]


class Table(ResourceType):
    """A table. moto's model has no update at all."""

    service = "DynamoDb"
    name_letters = names.UPPER
    name_length = 13

    def create(self, request: Request) -> Made:
        """Create the table."""
        wanted, name = request.properties, self.name(request)
        if name in _backend(request).tables:
            raise handler_failure(f"Table already exists: {name}", EXISTS)
        _check_attributes(wanted)
        table = _backend(request).create_table(
            name=name,
            schema=wanted["KeySchema"],
            throughput=wanted.get("ProvisionedThroughput"),
            attr=wanted.get("AttributeDefinitions") or [],
            global_indexes=wanted.get("GlobalSecondaryIndexes") or [],
            indexes=wanted.get("LocalSecondaryIndexes") or [],
            streams=_streams(wanted),
            billing_mode=wanted.get("BillingMode") or "PROVISIONED",
            sse_specification=_encryption(wanted),
            tags=request.tag_list(),
            deletion_protection_enabled=wanted.get("DeletionProtectionEnabled", False),
            warm_throughput=wanted.get("WarmThroughput"),
        )
        self._beside(request, name)
        return Made(name, _attributes(table))

    def update(self, request: Request) -> Made | None:
        """Change the table in place."""
        wanted, old, name = request.properties, request.old, request.physical_id
        table = _backend(request).get_table(name)
        changed = {key for key in {*wanted, *old} if wanted.get(key) != old.get(key)}
        streams = _streams(wanted) if "StreamSpecification" in changed else None
        if streams is None and "StreamSpecification" in changed:
            table.set_stream_specification({"StreamEnabled": False})
            table.latest_stream_label = None
        _backend(request).update_table(
            name=name,
            attr_definitions=wanted.get("AttributeDefinitions") or [],
            global_index=_index_changes(old, wanted),
            throughput=wanted.get("ProvisionedThroughput") if changed else None,
            billing_mode=wanted.get("BillingMode") or "PROVISIONED",
            stream_spec=streams,
            deletion_protection_enabled=bool(wanted.get("DeletionProtectionEnabled", False)),
            warm_throughput=wanted.get("WarmThroughput"),
        )
        if "SSESpecification" in changed:
            table.sse_specification = _encryption(wanted)
        table.tags = request.tag_list()
        self._beside(request, name)
        return Made(name, _attributes(table))

    def delete(self, request: Request) -> None:
        """Delete the table with its items."""
        if self.exists(request):
            _backend(request).delete_table(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the table is there."""
        return request.physical_id in _backend(request).tables

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The table as it is now."""
        table = _backend(request).get_table(request.physical_id)
        throughput = table.throughput or {}
        units = ("ReadCapacityUnits", "WriteCapacityUnits")
        return {
            "AttributeDefinitions": table.attr,
            "BillingMode": table.billing_mode,
            "DeletionProtectionEnabled": table.deletion_protection_enabled,
            "KeySchema": table.schema,
            "ProvisionedThroughput": {unit: throughput.get(unit) for unit in units},
        }

    def _beside(self, request: Request, name: str) -> None:
        wanted, dynamodb = request.properties, _backend(request)
        lifetime = wanted.get("TimeToLiveSpecification")
        if lifetime:
            dynamodb.update_time_to_live(name, {"AttributeName": "", **lifetime})
        recovery = wanted.get("PointInTimeRecoverySpecification")
        if recovery:
            dynamodb.update_continuous_backups(
                name, {"PointInTimeRecoveryEnabled": False, **recovery}
            )


def _attributes(table: Any) -> dict[str, Any]:
    attributes = {"Arn": table.table_arn}
    described = table.describe()["TableDescription"]
    if described.get("LatestStreamArn"):
        attributes["StreamArn"] = described["LatestStreamArn"]
    return attributes


def _streams(wanted: dict[str, Any]) -> dict[str, Any] | None:
    given = wanted.get("StreamSpecification")
    return {"StreamEnabled": True, **given} if given else None


def _encryption(wanted: dict[str, Any]) -> dict[str, Any] | None:
    given = wanted.get("SSESpecification")
    return {**given, "Enabled": given.get("SSEEnabled", False)} if given else None


def _index_changes(old: dict[str, Any], wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """What UpdateTable is told of global secondary indexes."""
    before = {i["IndexName"]: i for i in old.get("GlobalSecondaryIndexes") or []}
    after = {i["IndexName"]: i for i in wanted.get("GlobalSecondaryIndexes") or []}
    changes: list[dict[str, Any]] = []
    for name in before.keys() - after.keys():
        changes.append({"Delete": {"IndexName": name}})
    for name, index in after.items():
        if name not in before:
            changes.append({"Create": index})
        elif index != before[name]:
            same_key = all(index.get(k) == before[name].get(k) for k in ("KeySchema", "Projection"))
            if same_key:
                throughput = index.get("ProvisionedThroughput")
                update = {"IndexName": name, "ProvisionedThroughput": throughput}
                changes.append({"Update": update})
            else:
                changes += [{"Delete": {"IndexName": name}}, {"Create": index}]
    return changes


def _check_attributes(wanted: dict[str, Any]) -> None:
    """Every key's attribute is defined, and no other: else DynamoDB makes no table."""
    indexes = [
        *(wanted.get("GlobalSecondaryIndexes") or ()),
        *(wanted.get("LocalSecondaryIndexes") or ()),
    ]
    of_indexes = {key["AttributeName"] for index in indexes for key in index["KeySchema"]}
    keys = {key["AttributeName"] for key in wanted["KeySchema"]} | of_indexes
    defined = {one["AttributeName"] for one in wanted.get("AttributeDefinitions") or ()}
    definitions = f"AttributeDefinitions: [{', '.join(sorted(defined))}]"
    invalid = "One or more parameter values were invalid: Some"
    if missing := sorted(of_indexes - defined):
        raise handler_failure(
            f"{invalid} index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(missing)}], {definitions}"
        )
    if defined - keys:
        raise handler_failure(
            f"{invalid} AttributeDefinitions are not used. {definitions}, "
            f"keys used: [{', '.join(sorted(keys))}]"
        )
