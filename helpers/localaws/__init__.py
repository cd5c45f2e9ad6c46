"""A local AWS endpoint on moto, reached through HTTP and `python -m helpers.localaws` only."""
