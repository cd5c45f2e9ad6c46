def year(workload):
    good = 100 - workload["busy_of_100"]
    busy = workload["busy_of_100"]
    rounds = workload["rounds"]
    transitions = good * (3 * rounds + 1) + busy * (5 * rounds + 1)
    calls = good * rounds + busy * 3 * rounds
    times = workload["runs_a_day"] * 365 / 100
    seconds = calls * workload["call_seconds"] * workload["memory_mb"] / 1000
    dollars = transitions * 25e-6 + calls * 2e-7 + seconds * 1.66667e-5
    return {
        "transitions": transitions * times,
        "requests": calls * times,
        "gb_seconds": seconds * times,
        "dollars": dollars * times,
    }
