def lambda_handler(event, context):
    """Returns how many days there are and the highest price. The environment has BUCKET, too."""
    prices = event["prices"]
    return {"days": len(prices), "highest": max(prices)}
