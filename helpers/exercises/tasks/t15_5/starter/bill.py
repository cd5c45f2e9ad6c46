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
    transitions = runs * 5
    requests = runs
    gb_seconds = Decimal(0)
    return {
        "transitions": transitions,
        "requests": requests,
        "gb_seconds": gb_seconds,
        "dollars": PRICES[TRANSITIONS].cost(transitions),
    }


if __name__ == "__main__":
    for what, number in year(WORKLOAD).items():
        print(f"{what:<12} {number:>14,.2f}")
