"""Do two folders hold the same? Exit code 0 if they do, another if not.

Called as: python same.py demo-sam laptop/demo-sam
"""

import sys
from hashlib import sha256
from pathlib import Path


def contents(folder):
    """Every file below the folder: its path within it, and the checksum of its bytes."""
    top = Path(folder)
    found = {}
    for path in top.rglob("*"):
        inside = path.relative_to(top)
        if path.is_file() and inside.parts[0] != ".aws-sam":
            found[inside.as_posix()] = sha256(path.read_bytes()).hexdigest()
    return found


one, other = (contents(folder) for folder in sys.argv[1:])
different = [name for name in sorted(one | other) if one.get(name) != other.get(name)]
for name in different:
    print("not the same:", name)
sys.exit(1 if different else 0)
