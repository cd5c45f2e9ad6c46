"""Compare."""
import sys
while True:
    pass
