"""The application: which page stands at which address, and what all templates share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tornado.web import Application, RequestHandler, StaticFileHandler, UIModule

from helpers import draw
from helpers.console import addresses, log_events, page
from helpers.console.access import Access
from helpers.console.aws import Aws, Problem
from helpers.console.page import STATIC, THREADS, Page
from helpers.console.pages import (
    alarms,
    bill,
    buckets,
    executions,
    functions,
    logs,
    machines,
    map_runs,
    queues,
    rules,
    stacks,
    start,
    tables,
    topics,
)
from helpers.console.said import pretty

HERE = Path(__file__).parent
LARGE = 500_000  # characters of JSON, beyond which it is not laid out

PAGES: list[tuple[str, type[Page]]] = [
    (r"", start.Start),
    (r"stacks", stacks.Stacks),
    (r"stacks/(.+)", stacks.Stack),
    (r"changes/(.+)", stacks.ChangeSet),
    (r"machines", machines.Machines),
    (r"machines/(.+)", machines.Machine),
    (r"executions/(.+)", executions.ExecutionPage),
    (r"whole/(.+)", executions.Whole),
    (r"mapruns/(.+)", map_runs.MapRun),
    (r"rules", rules.Rules),
    (r"rules/([^/]+)/(.+)", rules.Rule),
    (r"schedules/([^/]+)/(.+)", rules.Schedule),
    (r"functions", functions.Functions),
    (r"functions/([^/]+)", functions.Function),
    (r"tables", tables.Tables),
    (r"tables/([^/]+)/item", tables.Item),
    (r"tables/([^/]+)/trades", tables.Trades),
    (r"tables/([^/]+)", tables.Table),
    (r"buckets", buckets.Buckets),
    (r"buckets/([^/]+)/object", buckets.Object),
    (r"buckets/([^/]+)/download", buckets.Download),
    (r"buckets/([^/]+)", buckets.Bucket),
    (r"logs", logs.Groups),
    (r"logs/group", logs.Group),
    (r"logs/stream", logs.Stream),
    (r"logs/tail", logs.Tail),
    (r"logs/lines", logs.Lines),
    (r"queues", queues.Queues),
    (r"queues/([^/]+)", queues.Queue),
    (r"topics", topics.Topics),
    (r"topics/(.+)", topics.Topic),
    (r"alarms", alarms.Alarms),
    (r"alarms/one", alarms.Alarm),
    (r"bill", bill.Bill),
]

MENU = [
    ("", "Start"),
    ("stacks", "Stacks"),
    ("machines", "State machines"),
    ("rules", "Rules and schedules"),
    ("functions", "Functions"),
    ("tables", "Tables"),
    ("buckets", "Buckets"),
    ("logs", "Logs"),
    ("queues", "Queues"),
    ("topics", "Topics"),
    ("alarms", "Alarms"),
    ("bill", "Bill"),
]


class Leave(Page):
    """Signs the browser out."""

    async def post(self) -> None:
        """Its cookie is worth nothing any more."""
        self.access.leave(self)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("Signed out. This browser needs a new link: python -m helpers.console\n")


class Told(UIModule):
    """A Problem, in words."""

    def render(self, told: Problem) -> str:
        """HTML."""
        return self.render_string("told.html", told=told)


class Drawing(UIModule):
    """A picture with its words, or why there is none."""

    def render(self, picture: draw.Picture | Problem) -> str:
        """HTML; a replay's script gets this answer's nonce."""
        html = "" if isinstance(picture, Problem) else picture.html
        if isinstance(picture, draw.Replay):  # the last tag is its own: its data escape each "<"
            still, _, script = html.rpartition("<script>")
            html = f'{still}<script nonce="{self.handler.nonce}">{script}'
        is_still = not isinstance(picture, draw.Replay)  # a wide one is scrolled, by keys too
        return self.render_string("drawing.html", picture=picture, html=html, is_still=is_still)


class Executions(UIModule):
    """A table of executions, or in words that there is none."""

    def render(
        self,
        rows: list[dict[str, Any]],
        empty: str,
        machine: bool = True,
        title: str = "Executions",
    ) -> str:
        """HTML; machine: with the name of each one's state machine. title: to who cannot see it."""
        return self.render_string(
            "executions_table.html", rows=rows, empty=empty, machine=machine, title=title
        )


class Value(UIModule):
    """A value, laid out if it is JSON, and cut where it is long."""

    def render(self, value: Any, whole: str, most: int = 20_000) -> str:
        """HTML; whole: the address of all of it, "" where there is none."""
        length = len(value) if isinstance(value, str) else 0
        text = value if length > LARGE else pretty(value)
        return self.render_string(
            "value.html", text=text[:most], is_cut=len(text) > most, length=length, whole=whole
        )


class LogEvents(UIModule):
    """A table of a log's events."""

    def render(
        self,
        events: list[dict[str, Any]],
        group: str,
        stream: str = "",
        is_whole: bool = False,
        label: str = "Events",
    ) -> str:
        """HTML; stream: of which all events are, else each tells its own. is_whole: none is cut.

        label: what the table is called, where a page has several.
        """
        return self.render_string(
            "log_events.html",
            label=label,
            **{"events": events, "group": group, "stream": stream, "is_whole": is_whole},
            **{"at": log_events.at, "field": log_events.field, "parted": log_events.parted},
        )


class Resource(UIModule):
    """What an ARN names: a link to its page where the console has one."""

    def render(self, arn: str) -> str:
        """HTML."""
        place = addresses.known(arn)
        where = self.handler.link("") + place.page if place else ""
        return self.render_string("resource.html", arn=arn, where=where)


class Console(Application):
    """Tornado's application."""

    def log_request(self, handler: RequestHandler) -> None:
        """A line in the log for what went wrong, as Tornado has it."""
        access: Access = self.settings["access"]
        if not access.is_question(handler.request.headers):
            super().log_request(handler)


def application(aws: Aws, access: Access) -> Application:
    """All pages, for one account and one way in."""
    page.SECTIONS[:] = MENU
    given = {"aws": aws, "access": access, "pool": ThreadPoolExecutor(THREADS)}
    routes: list[Any] = [
        (r"/static/([\w.-]+)", StaticFileHandler, {"path": str(STATIC)}),
        (r"/leave", Leave, given),
    ]
    for pattern, handler in PAGES:
        if handler.version is not Page.version:
            routes.append((f"/live/{pattern}", handler, {"live": True, **given}))
        routes.append((f"/{pattern}", handler, given))
    return Console(
        routes,
        template_path=str(HERE / "templates"),
        ui_modules={
            one.__name__: one for one in (Told, Drawing, Executions, LogEvents, Resource, Value)
        },
        xsrf_cookies=True,
        xsrf_cookie_name="course-console-xsrf",  # Jupyter has one of its own at the same address
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict"},
        compress_response=True,
        serve_traceback=False,
        access=access,
    )
