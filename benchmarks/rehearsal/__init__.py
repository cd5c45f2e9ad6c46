"""The parts of `benchmarks/classroom.py`: the hub, what a learner does, what attackers try."""
