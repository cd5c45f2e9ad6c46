import json
import os
import uuid

import boto3
import market

s3 = boto3.client("s3")


def lambda_handler(event, context):
    prices = market.prices(event["share"], event["days"])
    key = f"prices/{uuid.uuid4()}.json"
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=json.dumps(prices))
    return {"key": key}
