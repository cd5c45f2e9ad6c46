import json
import os

import boto3

s3 = boto3.client("s3")


def lambda_handler(event, context):
    found = s3.get_object(Bucket=os.environ["BUCKET"], Key=event["key"])
    prices = json.loads(found["Body"].read())["prices"]
    return {"days": len(prices), "highest": max(prices)}
