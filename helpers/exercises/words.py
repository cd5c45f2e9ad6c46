"""Feedback as a notebook shows it: lines as they were written, broken between words."""

from __future__ import annotations

import html

_STYLE = "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;margin:0;padding:0"


def as_html(text: str) -> str:
    """The text for a page; JupyterLab breaks plain text in the middle of a word."""
    return f'<pre style="{_STYLE}">{html.escape(text)}</pre>'


class Words(str):
    """Text that a notebook shows as it is, without quotes."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return as_html(self)
