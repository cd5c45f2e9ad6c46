import market


def lambda_handler(event, context):
    """event: {"share": "ABC", "days": 10}. The environment names a bucket, BUCKET."""
    prices = market.prices(event["share"], event["days"])
    return {"prices": prices}
