"""Renders the gallery: `python docs/gallery.py` writes docs/gallery.md and the drawings beside it.

The executions were run on the local endpoint and kept with `Execution.save`. So were the trades:
a year of the course's app, hourly by its rule, with the course's market seed.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from helpers import draw, executions, trades
from helpers.draw.picture import no_formula

DOCS = Path(__file__).resolve().parent
FOLDER = DOCS / "gallery"
TEMPLATE = DOCS.parent / "sam-app" / "template.yaml"

HEAD = """# The drawings

Each of these is made by the call above it, from the data in `docs/gallery`: executions, and a year
of trades, that were run on the local endpoint (the month is the first 720 of them). The words under
a drawing are its own: a screen reader reads them, and they stand in the notebook as its plain text.
`python docs/gallery.py` makes this page anew.

Every call gives a `Picture`. As the last line of a cell it shows, in an untrusted notebook too;
`.text` has its words, `.source` its DOT, `.save("run.svg")` writes it (also `.html`, `.dot`, `.txt`
and, where a browser is installed, `.png` and `.pdf`).
"""


REPLAY = """\
Steps, plays and scrubs through the events, by mouse or keyboard: ← and → step, Home and End go to
the ends, Space plays. Choose a state (click it, or Tab to it; Enter goes into what it shows) for
its input, output, error, attempts and definition. It works in a trusted notebook, in its HTML
export and as a saved page (`draw.replay(…).save("replay.html")`), and needs nothing from the
network. Where scripts do not run, as on this page, the drawing and its words stand instead."""


def ledger() -> pd.DataFrame:
    """The year's trades, as `trades.read` gave them but for their ids, which are their numbers."""
    kept = pd.read_csv(FOLDER / "trades.csv").reset_index(names="Id")
    return trades.from_items(kept.astype(str).to_dict("records"))


def entries() -> list[tuple[str, str, str, str, draw.Picture]]:
    """Name of the file, heading, what it shows, the call, and the drawing."""
    orders = FOLDER / "orders.asl.json"
    shipped = executions.from_json(FOLDER / "orders-shipped.json")
    refunded = executions.from_json(FOLDER / "orders-refunded.json")
    trade = executions.from_json(FOLDER / "trade.json")
    processed = FOLDER / "processed.json"
    year = ledger()
    month = year.head(720)
    careful = trades.replay(month, threshold=30)
    return [
        (
            "trader",
            "A state machine",
            "Shape and label tell the type; a Choice's arrows carry its rules. From a template, "
            "the names behind `${placeholders}` are filled in.",
            'draw.state_machine("sam-app/template.yaml")',
            draw.state_machine(TEMPLATE),
        ),
        (
            "trade",
            "An execution on it",
            "The way taken is heavy, the rest faded. The value that decided stands at its arrow.",
            'draw.state_machine("sam-app/template.yaml", run)',
            draw.state_machine(TEMPLATE, trade),
        ),
        (
            "orders",
            "Parallel, Map, Retry and Catch",
            "Parallel and Map are boxes, to any depth. A Catch is dashed and names its errors.",
            'draw.state_machine("docs/gallery/orders.asl.json")',
            draw.state_machine(orders),
        ),
        (
            "orders-refunded",
            "What went wrong",
            "One of three items could not be packed. Its error was caught and the money went back.",
            'draw.state_machine("docs/gallery/orders.asl.json", run)',
            draw.state_machine(orders, refunded),
        ),
        (
            "orders-item",
            "One item of a Map",
            "Without `iteration` a Map shows all its items together; with it, one is looked into.",
            'draw.state_machine("docs/gallery/orders.asl.json", run, iteration=2)',
            draw.state_machine(orders, shipped, iteration=2),
        ),
        (
            "timeline",
            "When it happened",
            "A bar an attempt, the waits between in grey with their length, branches and items as "
            "rows, on the clock of the endpoint that ran it.",
            "draw.timeline(run)",
            draw.timeline(shipped),
        ),
        (
            "replay",
            "Replay",
            REPLAY,
            'draw.replay("docs/gallery/orders.asl.json", run)',
            draw.replay(orders, shipped),
        ),
        (
            "template",
            "The resources of a template",
            "Grouped by kind; an arrow says what one does to the other.",
            'draw.template("sam-app/template.yaml")',
            draw.template(TEMPLATE),
        ),
        (
            "transform",
            "Before and after the transform",
            "What SAM makes of the template: what it added has a heavy outline and says so.",
            'draw.template("sam-app/template.yaml", "docs/gallery/processed.json")',
            draw.template(TEMPLATE, processed),
        ),
        (
            "trades",
            "Trades",
            "A month of hourly trades: each has its mark, and the lines of shares and money go "
            "through averages.",
            'month = trades.read("demo-sam")\ndraw.trades(month)',
            draw.trades(month),
        ),
        (
            "strategies",
            "Two strategies",
            "The same market for a trader who buys at $30 or less: price by price what the app "
            "did, and what this one would have done.",
            "careful = trades.replay(month, threshold=30)\ndraw.trades(month, careful)",
            draw.trades(month, careful),
        ),
        (
            "year",
            "Too many to mark each",
            "A year: time is cut into columns from the lowest to the highest price, so that no "
            "peak is lost, and picture and words say so.",
            "draw.trades(year)",
            draw.trades(year),
        ),
        (
            "no-trades",
            "No trades yet",
            "An empty table gives a picture that says so.",
            "draw.trades(year.head(0))",
            draw.trades(year.head(0)),
        ),
    ]


TAIL = """
## Watching

```python
run = executions.start("demo-sam")
draw.watch(run)
```

The drawing changes in place while the execution runs; the last one stays.
"""


def quoted(words: str) -> str:
    """A drawing's words as a quotation, line by line."""
    return "\n".join(f"> {line}  " for line in no_formula(words).splitlines()).rstrip()


def main() -> None:
    """Writes the page and its drawings."""
    page = [HEAD]
    for name, heading, shows, call, picture in entries():
        picture.save(FOLDER / f"{name}.svg")
        alt = picture.title.replace("[", "(").replace("]", ")").replace("$", "&#36;")
        page.append(
            f"## {heading}\n\n{shows}\n\n```python\n{call}\n```\n\n"
            f"![{alt}](gallery/{name}.svg)\n\n<details><summary>In words</summary>\n\n"
            f"{quoted(picture.text)}\n\n</details>\n"
        )
    (DOCS / "gallery.md").write_text("\n".join([*page, TAIL.lstrip()]), encoding="utf-8")


if __name__ == "__main__":
    main()
