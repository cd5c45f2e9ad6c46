import os

import boto3


def lambda_handler(event, context):
    boto3.client("dynamodb").put_item(TableName=os.environ["FLAGS"], Item={"id": {"S": "stopped"}})
    boto3.client("sns").publish(TopicArn=os.environ["TOLD"], Message="The desk has stopped.")
