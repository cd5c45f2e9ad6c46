import os


def lambda_handler(event, context):
    return {"price": 7, "limit": os.environ["LIMIT"]}
