"""What an order costs."""

import os


def lambda_handler(event: dict, context: object) -> dict:
    """One percent of what the order is worth, and MINIMUM dollars at the least."""
    worth = event["shares"] * event["price"]
    return {"fee": max(worth // 100, int(os.environ["MINIMUM"]))}
