"""An execution: the graph with the way taken, its states and events; stop it, let it go on."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from helpers import draw, executions
from helpers.console import drawing, express, steps, task_logs
from helpers.console.aws import Problem
from helpers.console.histories import KEPT, Known
from helpers.console.log_events import field
from helpers.console.page import Page, Refused
from helpers.draw import words

EVENTS = 200  # of the table on a page
VISITS = 100
RUNS = 100  # iterations of a Map, branches of a Parallel
WAITING = 20  # states that are told to wait
MOST_REPLAYED = 5_000  # events that are stepped through unasked
MOST_HTML = 3_000_000  # characters of a replay that a browser is given unasked
STATUSES = ("succeeded", "failed", "caught", "running", "cancelled")
ARGUMENTS = (
    *("state", "how", "visits", "step", "runs", "replay"),
    *("type", "only", "of", "text", "from"),
)
"""The page's address tells by these what is shown."""


class ExecutionPage(Page):
    """One execution, by its ARN."""

    template = "execution.html"
    section = "machines"
    _known: Known | None = None

    def show(self, arn: str) -> dict[str, Any]:
        """Its picture, the states it went through, one of them looked into, its events."""
        known = self._known or KEPT.read(self.aws, arn)
        run, told = known.run, known.told
        visits = known.once("visits", lambda: list(run.walk()))
        chosen = self._chosen(visits)
        picture = self._picture(known)
        return {
            "run": run,
            "told": told,
            "no_history": known.refused,
            "picture": picture,
            "is_still": not run.is_running and not isinstance(picture, draw.Replay | Problem),
            "timeline": known.once("timeline", lambda: drawing.drawn(lambda: draw.timeline(run))),
            "waiting": steps.waiting(run)[:WAITING] if run.is_running else [],
            "parent": steps.parent(run),
            "map_run": told.get("mapRunArn", ""),
            "functions": known.once("functions", lambda: steps.functions(run)),
            "can_redrive": told.get("redriveStatus") == "REDRIVABLE",
            "guilty": [] if run.is_running else known.once("guilty", lambda: steps.failed(run)),
            "is_express": express.is_express(arn),
            "visits": self._visits(visits),
            "chosen": chosen and self._looked_into(known, chosen),
            "events": self._events(run),
            "where": words.where,
            "cause": words.cause,
            "statuses": STATUSES,
            "details": steps.details,
            "field": field,
            "here": self._here,
            "whole": self._whole,
            "asked": self._asked,
            "live": self.link("live", "executions", arn) if run.is_running else "",
        }

    def version(self, arn: str) -> str | None:
        """How many events it has; None when it has ended."""
        self._known = KEPT.read(self.aws, arn)
        return str(len(self._known.run.events)) if self._known.run.is_running else None

    def act(self, arn: str) -> str:
        """Stop it, or let it go on where it failed."""
        client = self.aws.client("stepfunctions")
        what = self.get_body_argument("do", "")
        if what == "stop":
            client.stop_execution(executionArn=arn, cause="Stopped in the course's console")
        elif what == "redrive":
            client.redrive_execution(executionArn=arn)
        else:
            raise Refused(Problem("Nothing was asked for."))
        return self.link("executions", arn)

    def question(self, arn: str) -> str:
        """On an account both are asked about."""
        if self.aws.is_local:
            return ""
        name = arn.rpartition(":")[2]
        if self.get_body_argument("do", "") == "stop":
            return f"Stop the execution {name}? What it has done so far stays done."
        return f"Redrive the execution {name}? It runs on from where it failed, and is billed."

    def _here(self, **changed: str | int) -> str:
        """The address of what is shown, with some of it changed."""
        return self.link("executions", self.path_args[0], **self._asked | _texts(changed))

    def _whole(self, **wanted: str | int) -> str:
        """The address of a text of it in whole."""
        return self.link("whole", self.path_args[0], **_texts(wanted))

    @cached_property
    def _asked(self) -> dict[str, str]:
        return {one: self.get_query_argument(one, "") for one in ARGUMENTS}

    # ---- the picture

    def _picture(self, known: Known) -> draw.Picture | Problem:
        """A replay once it has ended, unless it would make a browser slow; else how it stands."""
        run = known.run
        wants = bool(self.get_query_argument("replay", ""))
        if not run.is_running and (wants or len(run.events) <= MOST_REPLAYED):
            replay = known.once(
                "replay",
                lambda: drawing.drawn(lambda: draw.replay(known.definition, execution=run)),
            )
            if isinstance(replay, Problem) or wants:
                return replay
            if known.once("length", lambda: len(replay.html)) <= MOST_HTML:
                return replay
        return known.once(
            "still", lambda: drawing.drawn(lambda: draw.state_machine(known.definition, run))
        )

    # ---- its states

    def _visits(self, visits: list[executions.Step]) -> dict[str, Any]:
        """A page of the states that it went through, those that are asked for."""
        name, how = self.get_query_argument("state", ""), self.get_query_argument("how", "")
        found = [
            one for one in visits
            if name.lower() in one.name.lower() and (not how or one.status == how)
        ]  # fmt: skip
        return {"all": len(visits), **_page(found, self._number("visits"), VISITS)}

    def _chosen(self, visits: list[executions.Step]) -> executions.Step | None:
        number = self._number("step")
        return next((one for one in visits[number - 1 : number] if one.number == number), None) or (
            next((one for one in visits if one.number == number), None)
        )

    def _looked_into(self, known: Known, step: executions.Step) -> dict[str, Any]:
        """All that is known of one visit to a state."""
        own = steps.own(known.run, step)
        what, definition = steps.state_of(lambda: known.definition, step.name)
        return {
            "step": step,
            "what": what,
            "definition": definition,
            "events": len(own),
            "children": steps.children(own),
            "logs": task_logs.of(self.aws, steps.calls(own)),
            "runs": _page(step.runs, self._number("runs"), RUNS),
        }

    # ---- its events

    def _events(self, run: executions.Execution) -> dict[str, Any]:
        """A page of the events that are asked for, and what can be asked for."""
        kind, state = self.get_query_argument("type", ""), self.get_query_argument("of", "")
        text, only = self.get_query_argument("text", "").strip().lower(), self._number("only")
        found = []
        for event in run.events:
            if kind and event["type"] != kind:
                continue
            step = run.step_of(event)
            if (state and (not step or step.name != state)) or (
                only and (not step or step.number != only)
            ):
                continue
            if text and not steps.fits(event, text):
                continue
            found.append((event, step))
        return {
            "all": len(run.events),
            "types": sorted({one["type"] for one in run.events}),
            "states": sorted({one.name for one in run.walk()}),
            **_page(found, self._number("from"), EVENTS),
        }

    def _number(self, name: str) -> int:
        text = self.get_query_argument(name, "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class Whole(Page):
    """A text of an execution in whole, to be downloaded: its page shows the beginning only."""

    async def get(self, *parts: str) -> None:
        """The input or output of the execution, or a field of one of its events."""
        await self._answer(self.show, "", *parts)

    def show(self, arn: str) -> dict[str, Any]:
        """`text`, and what it is called."""
        known = KEPT.read(self.aws, arn)
        wanted, number = self.get_query_argument("of", ""), self.get_query_argument("event", "")
        told: dict[str, Any] = known.told
        if number:
            event = next((one for one in known.run.events if str(one["id"]) == number), {})
            told = steps.details(event)
        if not isinstance(told.get(wanted), str):
            raise Refused(Problem("There is no such text in this execution."))
        return {"text": told[wanted], "of": f"{number and f'event-{number}-'}{wanted}"}

    def render(self, template_name: str, **given: Any) -> Any:
        """As plain text, which a browser keeps and does not run; a refusal as a page."""
        if "text" not in given:
            return super().render(template_name, **given)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{given["of"]}.txt"')
        return self.finish(given["text"].encode("utf-8", "replace"))


def _page(found: list[Any], after: int, rows: int) -> dict[str, Any]:
    """`rows` of what was found, which ones these are, and where the next begin: 0 for nowhere."""
    shown = found[after : after + rows]
    following = after + rows
    return {
        "rows": shown,
        "count": len(found),
        "first": after + 1 if shown else 0,
        "last": after + len(shown),
        "next": following if following < len(found) else 0,
    }


def _texts(given: dict[str, str | int]) -> dict[str, str]:
    return {key.rstrip("_"): str(value) if value else "" for key, value in given.items()}
