"""CloudWatch Logs Insights: queries on the events of log groups, in its own language (QL).

`language` reads a query, `fields` says what an event has, `functions` what a function does, and
`running` carries a query out. What is not here is refused in a sentence and not left out.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""
