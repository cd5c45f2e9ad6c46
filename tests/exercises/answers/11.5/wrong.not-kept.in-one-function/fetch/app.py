import market


def lambda_handler(event, context):
    prices = market.prices(event["share"], event["days"])
    return {"days": len(prices), "highest": max(prices)}
