import json

import market


def lambda_handler(event, context):
    prices = market.prices(event["share"], event["days"])
    place = f"/tmp/{event['share']}.json"
    with open(place, "w") as file:
        json.dump(prices, file)
    return {"place": place}
