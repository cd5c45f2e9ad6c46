"""A hundred runs are played through, state by state, and counted."""

from collections import Counter
from decimal import Decimal

from helpers import prices


def play(rounds, busy, counts):
    counts["transitions"] += 1  # Begin
    for number in range(rounds):
        attempts = 3 if busy else 1
        counts["transitions"] += attempts + 1  # Ask, as often as it is tried; Done?
        counts["requests"] += attempts
        counts["transitions"] += number < rounds - 1  # Wait
    counts["transitions"] += 1  # Book


def year(workload):
    counts = Counter()
    for number in range(100):
        play(workload["rounds"], number < workload["busy_of_100"], counts)
    times = Decimal(workload["runs_a_day"] * 365) / 100
    transitions, requests = counts["transitions"] * times, counts["requests"] * times
    seconds = requests * Decimal(str(workload["call_seconds"]))
    gb_seconds = seconds * workload["memory_mb"] / 1024
    used = {
        prices.TRANSITIONS: transitions,
        prices.REQUESTS: requests,
        prices.SECONDS: gb_seconds,
    }
    return {
        "transitions": transitions,
        "requests": requests,
        "gb_seconds": gb_seconds,
        "dollars": sum(prices.PRICES[what].cost(count) for what, count in used.items()),
    }
