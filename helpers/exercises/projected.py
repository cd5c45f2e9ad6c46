"""The board as one HTML page, for a projector: it holds all it needs, and reads itself anew."""

from __future__ import annotations

from datetime import datetime
from html import escape

from helpers.exercises import board, catalogue
from helpers.units import plural

_STYLE = """
body{font:16px/1.4 system-ui,sans-serif;margin:1.5rem;color:#222;background:#fff}
h1{font-size:1.3rem;margin:0 0 .2rem}h2{font-size:1.1rem;margin:1.5rem 0 .4rem}
table{border-collapse:collapse}th,td{padding:.15rem .35rem;text-align:left;white-space:nowrap}
.board{overflow-x:auto}
.board td.m{text-align:center;border:1px solid #ddd;min-width:.55rem;padding:.15rem 0;
  font-size:.8rem}
.board th[scope=row]{max-width:11rem;overflow:hidden;text-overflow:ellipsis}
.board th.n{border-left:2px solid #888}.board td.n{border-left:2px solid #888}
td.right{background:#c8f5ca}td.shown{background:#e3efff}td.tried{background:#ffd9d6}
td.hinted{background:#ffe7bd}td.open{color:#aaa}td.ask{white-space:normal}
p{color:#555;margin:.3rem 0;white-space:pre-wrap}
tr:nth-child(even) th[scope=row]{background:#f5f5f5}
"""

_CLASS = {
    board.RIGHT: ("right", "right"),
    board.SHOWN: ("shown", "right, solution seen"),
    board.TRIED: ("tried", "not yet"),
    board.HINTED: ("hinted", "a hint was asked for"),
    board.OPEN: ("open", "not begun"),
}


def page(learners: list[board.Learner], now: datetime, seconds: int | None) -> str:
    """The page; `seconds`: how often a browser reads it anew, None for never."""
    again = f'<meta http-equiv="refresh" content="{seconds}">' if seconds else ""
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'"  # whatever a name holds, it does nothing
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Who is where</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">{again}'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>Who is where</h1><p>{now:%H:%M:%S} UTC · {escape(board.LEGEND)}</p>"
        f"{_table(learners, now)}{_stuck(learners)}</body></html>\n"
    )


def _table(learners: list[board.Learner], now: datetime) -> str:
    if not learners:
        return "<p>Nobody has shared a record yet.</p>"
    groups = board.groups()
    heads = "".join(f'<th class="n" colspan="{len(ids)}">{n}</th>' for n, ids in groups.items())
    rows = []
    for one in learners:
        marks = "".join(
            _mark(one, exercise, first=place == 0)
            for ids in groups.values()
            for place, exercise in enumerate(ids)
        )
        who, last = escape(one.name), escape(board.last(one, now))
        told = f"<td>{one.done}</td><td>{last}</td>"
        rows.append(f'<tr><th scope="row">{who}</th>{marks}{told}</tr>')
    return (
        f'<div class="board"><table><thead><tr><th>learner</th>{heads}<th>right</th><th>last</th>'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _mark(one: board.Learner, exercise: str, first: bool) -> str:
    mark = one.of(exercise).mark
    kind, words = _CLASS[mark]
    title = escape(f"{exercise} {catalogue.task(exercise).title}: {words}")
    return f'<td class="m {kind}{" n" if first else ""}" title="{title}">{mark}</td>'


def _stuck(learners: list[board.Learner]) -> str:
    rows = "".join(
        f"<tr><td>{one.exercise}</td><td>{plural(one.learners, 'learner')}</td>"
        f'<td>{escape(board.how(one))}</td><td class="ask">{escape(one.ask)}</td></tr>'
        for one in board.stuck(learners)
    )
    if not rows:
        return ""
    head = "<tr><th>exercise</th><th>not through</th><th>how</th><th>ask back</th></tr>"
    return f"<h2>Not through yet</h2><table>{head}{rows}</table>"
