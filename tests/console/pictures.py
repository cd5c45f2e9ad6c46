"""The pictures of the console in the notebooks: taken by a test, and known by the words in them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from tests.browsing import ROOT, SCREENSHOTS
from tests.workshop import settled

KEPT = ROOT / "notebooks" / "images"
WORDS = "Words"
"""The field of a PNG in which the words stand that were to be read when it was taken."""

COLOURS = 64
VARIES = re.compile(r"[\d.,]+ (bytes|kB)|\[\$LATEST\]\w+|[0-9a-f]{8}(-[0-9a-f]{4,12}){4}")
"""What may differ beside what may in a notebook: a log's size, its streams, two ids in one."""

IN_THE_PICTURE = """(body, bottom) => {
    const seen = document.createTreeWalker(body, NodeFilter.SHOW_ALL), words = [];
    while (seen.nextNode()) {
        const one = seen.currentNode, isPicture = one.tagName === 'IMG';
        const around = document.createRange();
        if (!isPicture && !(one.data || '').trim()) continue;
        around.selectNode(one);
        const place = around.getBoundingClientRect();
        const isThere = place.height > 0 && place.left >= 0 && place.top >= 0 && place.top < bottom;
        if (isThere) words.push(isPicture ? one.alt : one.data);
    }
    return words.join(' ');
}"""


@dataclass
class Pictures:
    """Takes them, and tells afterwards which of those that are kept show something else by now."""

    page: Any
    old: list[str] = field(default_factory=list)

    def take(self, name: str, until: Any) -> None:
        """The console's page as it stands in its tab: from the top to the element `until`."""
        frame = self.page.locator(".jp-ServerProxy iframe:visible")
        box = frame.bounding_box()
        bottom = until.evaluate("one => one.getBoundingClientRect().bottom") + 12
        box["height"] = min(bottom, box["height"])
        words = frame.content_frame.locator("body").evaluate(IN_THE_PICTURE, box["height"])
        words = settled(VARIES.sub("…", words))
        fresh = SCREENSHOTS / "notebooks" / f"{name}.png"
        fresh.parent.mkdir(parents=True, exist_ok=True)
        save(self.page.screenshot(clip=box), words, fresh)
        if read(KEPT / fresh.name) != words:
            self.old.append(f"cp {fresh.relative_to(ROOT)} {KEPT.relative_to(ROOT)}/")


def save(png: bytes, words: str, path: Path) -> None:
    """With few colours, which is enough for a page, and with its words."""
    told = PngImagePlugin.PngInfo()
    told.add_itxt(WORDS, words)
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS)
    picture.save(path, optimize=True, pnginfo=told)


def read(path: Path) -> str | None:
    """The words with which a picture was taken; None where there is no picture."""
    if not path.exists():
        return None
    with Image.open(path) as picture:
        return picture.info.get(WORDS)
