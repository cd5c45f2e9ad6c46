def lambda_handler(event, context):
    return {"did": "sold", "price": event["price"]}
