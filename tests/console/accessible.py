"""Pages as axe-core sees them in a browser: what on them keeps somebody out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests import axe
from tests.browsing import CHROMIUM
from tests.console.conftest import Visitor
from tests.console.crawl import Seen, kind

needed = pytest.mark.skipif(
    CHROMIUM is None or not axe.FETCHED.exists(),
    reason="needs a browser (apt-get install chromium) and axe-core (python tests/axe.py)",
)

VIEWS = (("light", 1280, axe.RULES), ("dark", 390, axe.SEEN))
"""A wide page in light colours; a narrow one in dark, by the rules that look at what is seen."""


def faults(browser: Any, visitor: Visitor, seen: Seen) -> list[str]:
    """What is wrong with the pages that were seen, of each kind the first, a line each."""
    paths = {kind(path)[0]: path for path in reversed(list(seen.read))}.values()
    found = []
    for scheme, width, rules in VIEWS:
        with _a_tab(browser, visitor, scheme, width) as tab:
            for path in paths:
                wrong = _faults(tab, visitor.url + path, rules, width)
                found += [f"{scheme} {path}: {one}" for one in wrong]
    return found


def _faults(tab: Any, address: str, rules: dict[str, Any], width: int) -> list[str]:
    tab.goto(address, wait_until="load")
    found = axe.findings(tab, rules)
    wide = tab.evaluate("document.documentElement.scrollWidth")
    return [*found, f"it is {wide} px wide"] if wide > width else found


@contextmanager
def _a_tab(browser: Any, visitor: Visitor, scheme: str, width: int) -> Iterator[Any]:
    """A tab of a browser that is let in as the visitor is."""
    view = {"width": width, "height": 900}
    context = browser.new_context(color_scheme=scheme, viewport=view, reduced_motion="reduce")
    context.add_cookies(
        [
            {"name": one.name, "value": str(one.value), "url": visitor.url}
            for one in visitor.session.cookies
        ]
    )
    yield context.new_page()
    context.close()
