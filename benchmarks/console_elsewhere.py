"""The console on an endpoint that is not the course's own: which pages open, and what they miss.

    python benchmarks/console_elsewhere.py [--url URL]

Without a URL, MiniStack (from PyPI, in a venv of its own). One of everything is made there, as far
as it can be, then each page is opened by the links that lead to it. Exit code 1 if one breaks.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers import MiniStack, Unavailable

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.conftest import LocalEndpoint
from tests.console import world
from tests.console.conftest import visiting
from tests.console.crawl import Seen, crawl


class Elsewhere(LocalEndpoint):
    """An endpoint without the course's own routes."""

    def control(self, path: str, body: Any = None) -> None:
        """Its clock is its own."""


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """The address of one that runs for the block's time."""
    print(f"MiniStack {MiniStack.install(folder)}", flush=True)
    server = MiniStack(folder / "server")
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def look(url: str, folder: Path) -> Seen:
    """Make one of everything there, say what cannot be made, and open every page."""
    own = ("AWS_", "COURSE_", "LOCALAWS_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    environment |= {
        "COURSE_TARGET": "aws",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(folder / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
    }

    def refused(part: str, error: Exception) -> None:
        print(f"  not made: {part}: {str(error)[:200]}")

    world.build(Elsewhere(url, folder, environment), refused)
    with visiting(environment) as visitor:
        return crawl(visitor)


def problems(text: str) -> list[str]:
    """What a page says that it cannot show."""
    found = re.findall(r'<div class="problem" role="alert">(.*?)</div>', text, re.DOTALL)
    return [" ".join(html.unescape(re.sub("<[^>]+>", " ", one)).split()) for one in found]


def main() -> int:
    """Exit code 1 if a page breaks, 2 if there is no MiniStack to be had."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--url", help="of an endpoint that runs, with any keys")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="console-") as name:
        folder = Path(name)
        try:
            if asked.url:
                seen = look(asked.url, folder)
            else:
                with ministack(folder) as url:
                    seen = look(url, folder)
        except Unavailable as error:
            print(error, file=sys.stderr)
            return 2
    broken = {path: one.status_code for path, one in seen.answers.items() if not one.ok}
    print(f"{len(seen.answers) - len(broken)} of {len(seen.answers)} pages open.")
    for path, status in broken.items():
        print(f"  {status} {path}: {'; '.join(problems(seen.answers[path].text))}")
    for said in sorted({one for page in seen.answers.values() for one in problems(page.text)}):
        print(f"  said: {said[:200]}")
    for pattern in sorted(seen.unvisited):
        print(f"  no link led to: {pattern}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
