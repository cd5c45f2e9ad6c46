"""EventBridge: when rules and schedules are due on the simulated clock, and what they reach."""
