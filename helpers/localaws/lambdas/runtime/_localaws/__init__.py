"""What runs in the worker processes; named so that no function's own module is hidden by it."""
