"""Compare."""
import sys
a, b = sys.argv[1:]
sys.exit(compare(a, b))
