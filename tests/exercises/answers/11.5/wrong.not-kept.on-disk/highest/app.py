import json


def lambda_handler(event, context):
    with open(event["place"]) as file:
        prices = json.load(file)
    return {"days": len(prices), "highest": max(prices)}
