"""First lines of a worker or of the process that forks workers: `python start.py worker|zygote`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if __name__ == "__main__":
    if sys.argv[1] == "zygote":
        from _localaws import zygote

        zygote.main(sys.argv[2])
    else:
        from _localaws import worker

        worker.main_of_process()
