"""An endpoint that nobody asks anything: it lets go of its memory, and keeps its port and its lock.

Nothing here imports more than Python brings, for `doze` is run by a bare Python.
"""
