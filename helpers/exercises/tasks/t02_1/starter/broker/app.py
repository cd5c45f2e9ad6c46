"""The broker's function. It belongs to another team, who will not change it."""

import random
import uuid
from datetime import UTC, datetime


def lambda_handler(event: dict, context: object) -> dict:
    """Return a trade; price and quantity are numbers, and the price may have cents."""
    return {
        "id": str(uuid.uuid4()),
        "price": random.randint(0, 10_000) / 100,
        "type": random.choice(["buy", "sell"]),
        "qty": random.randint(1, 10),
        "timestamp": datetime.now(UTC).isoformat(),
    }
