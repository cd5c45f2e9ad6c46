"""What CloudWatch Logs' filter patterns find, and the metrics that metric filters make of it.

`pattern` reads a pattern, whoever has it: `filter-log-events`, `test-metric-filter`, a filter of a
log group. `conditions` are its comparisons. `checks` refuses what AWS refuses of a metric filter,
`emitting` notes the metrics where events come in, `searching` finds events by time and pattern,
`hook` is what moto's CloudWatch Logs asks.
"""
