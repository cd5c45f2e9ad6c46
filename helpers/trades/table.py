"""Reads the table that the trades are in, found by its name or by its stack's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pandas as pd

from helpers import clients
from helpers.trades.errors import NoSuchTable, TradesError, Unreachable
from helpers.trades.ledger import from_items


def read(table_or_stack: str, client: Any = None, *, cloudformation: Any = None) -> pd.DataFrame:
    """The ledger of a table: every item, page by page.

    table_or_stack: the name or ARN of a DynamoDB table, or the name or ARN of the CloudFormation
    stack that holds one. client, cloudformation: boto3 clients to ask with; without them, boto3
    makes them by its usual settings (a CloudFormation client at the DynamoDB client's endpoint).

    Raises NoSuchTable, Unreachable, or TradesError for what AWS refuses or for an item that is no
    trade. The read is strongly consistent: a trade that was recorded before is in it.
    """
    client = client or _client("dynamodb")
    named = table_or_stack.strip()
    if match := re.fullmatch(r"arn:[\w-]+:dynamodb:[\w-]*:\d*:table/([\w.-]+)", named):
        return from_items(_items(match[1], client))
    if not re.match(r"arn:[\w-]+:cloudformation:", named):
        if re.match(r"arn:", named) or not re.fullmatch(r"[\w.-]+", named):
            raise NoSuchTable(
                f'"{named}" names neither a table nor a stack.',
                "Names have letters, digits, '-', '_' and '.'; ARNs end in table/… or stack/….",
                'Give the name of your stack, for example trades.read("demo-sam").',
            )
        try:
            return from_items(_items(named, client))
        except NoSuchTable:
            pass
    return from_items(_items(_table_of(named, client, cloudformation), client))


def _items(table: str, client: Any) -> Iterator[dict[str, Any]]:
    with _plain_errors(client, table):
        pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        for page in pages:
            yield from page["Items"]


def _table_of(stack: str, client: Any, cloudformation: Any) -> str:
    """The physical name of the table in a stack."""
    from botocore.exceptions import ClientError

    cloudformation = cloudformation or _client("cloudformation", like=client)
    tables: dict[str, str] = {}
    with _plain_errors(cloudformation, stack):
        try:
            pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
            for page in pages:
                for one in page["StackResourceSummaries"]:
                    if one["ResourceType"] == "AWS::DynamoDB::Table":
                        tables[one["LogicalResourceId"]] = one.get("PhysicalResourceId", "")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise _no_such(stack, client) from None
    if len(tables) > 1 and "TransactionTable" in tables:
        return tables["TransactionTable"]
    if len(tables) != 1:
        names = ", ".join(sorted(tables.values()))
        raise NoSuchTable(
            f'The stack "{stack}" has {len(tables) or "no"} tables{": " * bool(names)}{names}.',
            "The trades are in one table.",
            "Name the table." if tables else "Is it the right stack? Its table may be deleted.",
        )
    return next(iter(tables.values()))


def _no_such(wanted: str, client: Any) -> NoSuchTable:
    with _plain_errors(client, wanted):
        pages = client.get_paginator("list_tables").paginate()
        names = [name for page in pages for name in page["TableNames"]]
    region = client.meta.region_name
    what = f'There is no table and no stack "{wanted}" in {region}.'
    if near := difflib.get_close_matches(wanted, names, 1):
        return NoSuchTable(what, f'There is a table "{near[0]}".', "Is that the one you mean?")
    if names:
        shown = ", ".join(sorted(names)[:5]) + (" …" if len(names) > 5 else "")
        return NoSuchTable(what, f"The tables there: {shown}.", "Name one of them, or its stack.")
    return NoSuchTable(what, "There are no tables at all.", "Deploy the stack first: sam deploy.")


def _client(service: str, like: Any = None) -> Any:
    with clients.plain_errors(lambda error: _refused(error, "", "")):
        return clients.make(service, like)


def _plain_errors(client: Any, what: str) -> AbstractContextManager[None]:
    return clients.plain_errors(lambda error: _refused(error, what, client.meta.endpoint_url))


def _refused(error: Exception, what: str, endpoint: str) -> TradesError:
    from botocore.exceptions import ClientError

    if said := clients.unreachable(error, endpoint):
        return Unreachable(*said)
    if not isinstance(error, ClientError):
        return TradesError("AWS cannot be asked.", str(error))
    code, message = (error.response["Error"].get(key, "") for key in ("Code", "Message"))
    if code == "ResourceNotFoundException":
        return NoSuchTable(
            f"There is no table {what}.",
            "It may have been deleted with its stack, or be in another region.",
            "`aws dynamodb list-tables` shows which there are.",
        )
    if code == "ProvisionedThroughputExceededException":
        return TradesError(
            f"DynamoDB lets {what} be read no faster: {message}",
            "The table is provisioned for 1 read unit a second (the smallest, and cheapest).",
            "Wait a minute and run the cell again.",
        )
    return TradesError(f"AWS refused to read {what}.", f"{code}: {message}")
