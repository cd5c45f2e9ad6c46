"""The rows of a text that delimiters part, as AWS documents its reading of them.

https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import lru_cache

_ESCAPED = re.compile(r'""|\\(.?)', re.DOTALL)


def rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows, blank ones left out. Raises csv.Error.

    >>> rows("a;b\\n\\n1;2", ";")
    [['a', 'b'], ['1', '2']]
    """
    if '""' not in text:  # which Python reads otherwise where nothing encloses the field
        read = csv.reader(io.StringIO(text), delimiter=delimiter, escapechar="\\")
        return [row for row in read if row]
    return [row for row in _rows(text, delimiter) if row != [""]]


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    row: list[str] = []
    for enclosed, bare, end in _field(delimiter).findall(text):
        row.append(_ESCAPED.sub(lambda escape: escape[1] or '"', enclosed + bare))
        if end != delimiter:
            yield row
            row = []


@lru_cache(maxsize=8)
def _field(delimiter: str) -> re.Pattern[str]:
    """A field: what quotes enclose, what stands without them, and what ends it."""
    end = re.escape(delimiter)
    return re.compile(
        rf'(?:"((?:[^"\\]|""|\\.)*)")?((?:[^{end}\r\n\\]|\\.?)*)({end}|\r\n|\n|\r|\Z)', re.DOTALL
    )
