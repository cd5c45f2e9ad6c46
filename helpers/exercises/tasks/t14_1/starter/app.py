"""The recorder: writes a trade into the table, once."""

import os

import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.client("dynamodb")


def lambda_handler(event: dict, context: object) -> dict:
    """Write the trade `event` as one item into the table that the variable TABLE names.

    Id, Type and Timestamp are text, Price and Quantity are numbers, all with the trade's values.
    A trade that the table has already is not written over: DynamoDB is asked to write only where
    there is no such Id. Returns {"recorded": True}, or {"recorded": False} if it was there.
    Whatever else goes wrong is raised, so that the workflow can try again.
    """
    item = {
        "Id": {"S": event["id"]},
        "Type": {"S": event["type"]},
        "Price": {"N": event["price"]},
        "Quantity": {"N": event["qty"]},
        "Timestamp": {"S": event["timestamp"]},
    }
    try:
        dynamodb.put_item(
            TableName=os.environ["TABLE"],
            Item=item,
            ConditionExpression="attribute_not_exists(Id)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return {"recorded": False}
    return {"recorded": True}
