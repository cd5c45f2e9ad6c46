"""The checker of another market: it gets the price in cents, and gives it in dollars."""


def lambda_handler(event: dict, context: object) -> dict:
    """Return the price in dollars: 4217 cents are 42.17."""
    return {"stock_price": event["cents"] / 100}
