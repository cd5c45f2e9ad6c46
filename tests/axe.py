"""axe-core, which finds what keeps people out of a page: from npm, and for tests alone.

python tests/axe.py    fetches it into build/ (needs npm)
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

FETCHED = Path(__file__).resolve().parents[1] / "build" / "axe.min.js"
PACKAGE = "axe-core@4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""As npm tells it of the package."""

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"type": "tag", "values": _TAGS}
_LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
SEEN = {"type": "rule", "values": _LOOKS}
"""Those that may find something else where colours or widths are others."""


def fetch() -> None:
    """Put it into build/, unless it is there."""
    if FETCHED.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("axe-core comes by npm, and there is none here.")
    FETCHED.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FETCHED.parent) as place:
        command = [npm, "pack", "--silent", PACKAGE]
        subprocess.run(command, cwd=place, check=True, stdout=subprocess.DEVNULL)
        (package,) = Path(place).glob("*.tgz")
        if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != SHA512:
            raise SystemExit(f"{package.name} is not the file that it was.")
        with tarfile.open(package) as files:
            files.extract("package/axe.min.js", place, filter="data")
        (Path(place) / "package" / "axe.min.js").replace(FETCHED)


def findings(tab: Any, rules: dict[str, Any]) -> list[str]:
    """What it finds on the page that a browser's tab shows, a line each: how grave, what, where."""
    tab.evaluate(FETCHED.read_text(encoding="utf-8"))
    options = {"runOnly": rules, "resultTypes": ["violations"]}  # what is well need not be told
    told = tab.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['impact']} {one['id']}: {node['html'][:200]} {node['target']}"
        for one in told["violations"]
        for node in one["nodes"]
    ]


if __name__ == "__main__":
    fetch()
