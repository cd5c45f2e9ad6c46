import sys

import boto3

client = boto3.client("stepfunctions")
more = {}
failed = []
while True:
    page = client.list_executions(stateMachineArn=sys.argv[1], maxResults=50, **more)
    failed += [one["executionArn"] for one in page["executions"] if one["status"] == "FAILED"]
    if "nextToken" not in page:
        break
    more = {"nextToken": page["nextToken"]}
for arn in failed:
    run = client.describe_execution(executionArn=arn)
    if run["error"] == "ExchangeClosed" and run["redriveStatus"] != "NOT_REDRIVABLE":
        client.redrive_execution(executionArn=arn)
