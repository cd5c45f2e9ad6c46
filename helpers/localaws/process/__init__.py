"""The endpoint as a process: its workspace, its start and end, and what is asked of it as such."""
