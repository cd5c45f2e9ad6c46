"""Do two folders hold the same? Exit code 0 if they do, another if not.

Called as: python same.py demo-sam laptop/demo-sam
"""

import sys
from pathlib import Path


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


one, other = sys.argv[1:]
if names(one) != names(other):
    print("not the same")
    sys.exit(1)
print("the same")
