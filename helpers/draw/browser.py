"""Turns a drawing into PNG or PDF as a browser shows it: with one that is installed here."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from helpers.draw.errors import CannotSave

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

LINUX = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
CHANNELS = ("chrome", "msedge")  # where an installer puts them on macOS and Windows
SHARP = 2  # pixels of a PNG for one of the drawing
LONGEST = 16_000  # pixels that Chromium paints in one direction


def render(svg: str, width: float, height: float, kind: str) -> bytes:
    """The SVG of so many pixels as bytes of `kind`, "png" or "pdf".

    Raises CannotSave where there is no browser, or it does not start.
    """
    # a thread of its own, since Jupyter's has a running event loop that Playwright refuses
    with ThreadPoolExecutor(1) as one:
        return one.submit(_render, svg, width, height, kind).result()


def _render(svg: str, width: float, height: float, kind: str) -> bytes:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ModuleNotFoundError:
        raise CannotSave(
            "A browser makes .png and .pdf.",
            "The package that drives one, playwright, is large, and the course does without it.",
            "Save it as .svg or .html, which need nothing, or type: pip install playwright",
        ) from None

    data = base64.b64encode(svg.encode()).decode()
    shown = (
        "<style>@page{margin:0}body{margin:0}img{display:block}</style>"
        f'<img src="data:image/svg+xml;base64,{data}">'
    )
    try:
        with sync_playwright() as playwright:
            browser = _launch(playwright)
            page = browser.new_page(
                viewport={"width": round(width), "height": round(height)},
                device_scale_factor=min(SHARP, LONGEST / max(width, height)),
            )
            page.set_content(shown)
            if kind == "png":
                return page.screenshot()
            return page.pdf(width=f"{width}px", height=f"{height}px", print_background=True)
    except Error as error:
        said = str(error).strip().splitlines()[0]
        raise CannotSave(
            f"The browser could not make a .{kind} of it: {said}. Save it as .svg or .html."
        ) from None


def _launch(playwright: Playwright) -> Browser:
    from playwright.sync_api import Error

    for how in _candidates():
        try:
            return playwright.chromium.launch(**how)
        except Error:
            continue
    raise CannotSave(
        "A browser makes .png and .pdf, and none was found here. Save it as .svg or .html, which "
        "need nothing, or install Chrome, Edge or Chromium (Debian: apt-get install chromium)."
    )


def _candidates() -> Iterator[dict[str, Any]]:
    for path in filter(None, map(shutil.which, LINUX)):
        yield {"executable_path": path}
    for channel in CHANNELS:
        yield {"channel": channel}
    yield {}  # one that `playwright install` has brought
