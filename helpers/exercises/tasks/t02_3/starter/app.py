"""The stock buyer: a mock trade that buys some shares at the price it is given."""

import random
import uuid
from datetime import UTC, datetime


def lambda_handler(event: dict, context: object) -> dict:
    """Buy 1 to 10 shares at `event["stock_price"]` dollars each; return what was traded.

    Nothing is bought anywhere: the trade is made up. Price and quantity are strings, because
    DynamoDB takes its numbers (type N) as strings. The time is UTC, in ISO 8601.
    `context` is not used.
    """
    return {
        "id": str(uuid.uuid4()),
        "price": str(event["stock_price"]),
        "type": "buy",
        "qty": str(random.randint(1, 10)),
        "timestamp": datetime.now(UTC).isoformat(),
    }
