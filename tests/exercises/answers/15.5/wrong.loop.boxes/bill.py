"""What a year of workflow.asl.json costs: Step Functions and Lambda, by the list prices."""

from decimal import Decimal

from helpers.prices import PRICES, REQUESTS, SECONDS, TRANSITIONS

WORKLOAD = {
    "runs_a_day": 48,
    "rounds": 6,  # so often the broker is asked in each run; at the last time it is done
    "busy_of_100": 25,  # in so many of a hundred runs each round fails twice, then is answered
    "call_seconds": 0.4,  # what a call takes, whether it fails or not
    "memory_mb": 512,
}


def year(workload):
    """The counts and dollars of a year of 365 days."""
    runs = 365 * workload["runs_a_day"]
    busy = Decimal(workload["busy_of_100"]) / 100  # of the runs
    rounds = workload["rounds"]
    entered = 5  # Begin, Ask and Done?, Wait between them, Book
    retries = 2 * rounds * busy
    transitions = runs * (entered + retries)
    requests = runs * (rounds + retries)
    gb = Decimal(workload["memory_mb"]) / 1024
    gb_seconds = requests * Decimal(str(workload["call_seconds"])) * gb
    return {
        "transitions": transitions,
        "requests": requests,
        "gb_seconds": gb_seconds,
        "dollars": PRICES[TRANSITIONS].cost(transitions)
        + PRICES[REQUESTS].cost(requests)
        + PRICES[SECONDS].cost(gb_seconds),
    }


if __name__ == "__main__":
    for what, number in year(WORKLOAD).items():
        print(f"{what:<12} {number:>14,.2f}")
