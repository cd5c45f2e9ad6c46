import os

import boto3


def lambda_handler(event, context):
    events = boto3.client("events")
    if event["alarmData"]["state"]["value"] == "ALARM":
        events.disable_rule(Name=os.environ["RULE"])
    else:
        events.enable_rule(Name=os.environ["RULE"])
