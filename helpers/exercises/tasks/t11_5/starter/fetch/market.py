"""The market. It stays as it is: a check has one of its own."""

import random


def prices(share, days):
    """The price of a share on each day, in dollars."""
    dice = random.Random(share)
    return [dice.randrange(10_000_000, 99_999_999) / 100_000 for _ in range(days)]
