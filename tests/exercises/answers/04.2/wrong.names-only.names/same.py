"""Compare."""
import sys
from pathlib import Path


def files(top):
    return {
        path.relative_to(top): True
        for path in Path(top).rglob("*")
        if path.is_file() and ".aws-sam" not in path.relative_to(top).parts
    }


a, b = sys.argv[1:]
sys.exit(0 if files(a) == files(b) else 1)
