"""`jupyterhub-singleuser`, spared what it imports of the hub's own: `helpers.classroom` starts it.

python -m helpers.singleuser PATH-OF-JUPYTERHUB-SINGLEUSER [anything that it takes]
"""

from __future__ import annotations

import os
import sys

from helpers import spare


def main() -> None:
    """Be the learner's Jupyter server: spared where that can be, else the very program named."""
    sys.argv = sys.argv[1:]
    try:
        with spare.the_hubs_parts():
            from jupyterhub.singleuser import main as serve
    except (ImportError, AttributeError):  # another version, which needs more
        os.execv(sys.argv[0], sys.argv)
    sys.exit(serve())


if __name__ == "__main__":
    main()
