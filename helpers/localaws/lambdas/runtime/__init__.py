"""Files of the worker processes; this folder is put on their import path."""
