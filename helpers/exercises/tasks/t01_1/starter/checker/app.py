"""The stock checker: what is the share worth now?"""

import random


def lambda_handler(event: dict, context: object) -> dict:
    """Return a made-up price: a whole number of dollars from 0 to 100, both included.

    The workflow's Choice state reads it as `$.stock_price`. `event` and `context` are not used.
    """
    price = random.randint(0, 100)
    print(f"The price is {price}.")
    return {"stock_price": price}
