"""Compare."""
import sys
from pathlib import Path


def files(top):
    return {
        path.relative_to(top): path.read_bytes()
        for path in Path(top).rglob("*")
        if path.is_file() and ".aws-sam" not in path.relative_to(top).parts
    }


a, b = sys.argv[1:]
there = files(b)
sys.exit(0 if all(there.get(n) == c for n, c in files(a).items()) else 1)
