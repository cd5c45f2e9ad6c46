"""Where a request comes in: HTTP is read, who may call is let in, and refusals are worded."""
