def lambda_handler(event, context):
    return {"did": "bought", "price": event["price"]}
