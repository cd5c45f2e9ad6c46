"""A page: what it shows is asked for in a thread, so that one that is slow holds up no other."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

from helpers.console import addresses, said
from helpers.console.access import Access
from helpers.console.aws import ERRORS, Aws, Problem, is_denied, problem
from helpers.errors import CourseError

STATIC = Path(__file__).parent / "static"
THREADS = 8
LIVE_SECONDS = 1.0  # between two looks at what a page shows
LIVE_SPARING = 20
"""So many times as long as such a look takes nothing is asked: AWS counts requests in a second."""
FOLLOWED_SECONDS = 60.0
"""For which a page is followed in one go. A browser that looks on connects anew; of one that has
left, Jupyter's proxy does not tell."""
LONGEST_UPLOAD = 10_000_000  # bytes of a file: it is held in memory for a moment
LONGEST_INPUT = LONGEST_UPLOAD + 64 * 1024  # of a form

SECTIONS: list[tuple[str, str]] = []
"""(path, name) of what stands in the menu; `application` fills it."""


class Refused(Exception):
    """What was asked for is not done, or not there; `problem` says why."""

    def __init__(self, told: Problem) -> None:
        super().__init__(told.what)
        self.problem = told


TOLD = (Refused, CourseError, *ERRORS)
"""What a page may end with, and says in words."""


class Page(RequestHandler):
    """One address. `show` gives what its template needs; `act` does what its form asks for.

    Both run in a thread, get the parts of the path, and may raise Refused or botocore's errors.
    """

    template: ClassVar[str]
    section: ClassVar[str] = ""
    """The path of the entry in the menu."""

    def initialize(
        self, aws: Aws, access: Access, pool: ThreadPoolExecutor, live: bool = False
    ) -> None:
        """Tornado hands in what the application was made with; live: events, not the page."""
        self.aws, self.access, self.pool, self.live = aws, access, pool, live
        self.nonce = secrets.token_urlsafe(16)

    # ---- what a page says

    def show(self, *parts: str) -> dict[str, Any]:
        """The names that the template knows."""
        raise NotImplementedError

    def act(self, *parts: str) -> str | dict[str, Any]:
        """Do what the form says; returns the path of the page to go on with.

        Or what the template is to show at once, such as an answer that is kept nowhere.
        """
        raise HTTPError(405)

    def question(self, *parts: str) -> str:
        """What is asked before `act`, naming what is changed; "" where nothing need be asked."""
        return ""

    def version(self, *parts: str) -> str | None:
        """Another text whenever the page would show something else; None: it stays as it is.

        A page that is opened asks for it before `show`, by the same object.
        """
        return None

    # ---- how it is answered

    def prepare(self) -> None:
        """Nothing is said before it is known who asks."""
        self.access.admit(self)

    def log_exception(self, *error: Any) -> None:
        """As Tornado does, unless it is none that anybody need know."""
        if not self.access.is_question(self.request.headers):
            super().log_exception(*error)

    def set_default_headers(self) -> None:
        """No script but our own, no foreign frame, nothing kept in a cache."""
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    def get_template_namespace(self) -> dict[str, Any]:
        """What every template knows."""
        return {
            **super().get_template_namespace(),
            **said.NAMES,
            "aws": self.aws,
            "access": self.access,
            "nonce": self.nonce,
            "section": self.section,
            "sections": SECTIONS,
            "Problem": Problem,
            "link": self.link,
            "static": self.static,
            "live": "",
            "known": "",
            "refused": None,
            "_tt_utf8": _utf8,
        }

    def link(self, *parts: str, **query: str) -> str:
        """The address of a page, each part of its path quoted: `link("executions", arn)`."""
        return f"{self.access.root(self.request.headers)}/{addresses.page(*parts, **query)}"

    def static(self, name: str) -> str:
        """The address of a file of ours, another one with each version: browsers keep it."""
        return self.link("static", name, v=_version(name))

    def exactly(self, name: str) -> str:
        """What the address has under a name, "" for nothing; an object's key may have anything.

        Tornado's own way takes out what steers a terminal.
        """
        return self.request.query_arguments.get(name, [b""])[-1].decode("utf-8", "replace")

    async def in_thread(self, ask: Callable[..., Any], *given: Any) -> Any:
        """What `ask` gives, asked in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, ask, *given)

    async def get(self, *parts: str) -> None:
        """The page, or, at its other address, the events that tell when it changes."""
        if self.live:
            await self._follow(*parts)
            return
        if self.access.can_leave and self.get_query_argument("token", ""):
            self.redirect(self.request.path)  # it is used up, and not to stand in an address
            return
        await self._answer(self._shown, self.template, *parts)

    def _shown(self, *parts: str) -> dict[str, Any]:
        """What `show` gives, and which version is known by it.

        The version comes first: what changes in between is shown, and told once more.
        """
        known = ""
        if type(self).version is not Page.version:
            with suppress(*TOLD):  # `show` tells them
                known = _mark(self.version(*parts))
        return {"known": known, **self.show(*parts)}

    async def post(self, *parts: str) -> None:
        """What the page's form asks for; on an account, and where much is lost, not unasked."""
        if self.aws.read_only:
            self._say(
                Problem("This console is read-only.", "", "Start it without --read-only."), 403
            )
            return
        if not self.get_body_argument("sure", ""):
            try:
                question = await self.in_thread(self.question, *parts)
            except TOLD as error:
                self._fail(error)
                return
            if question:
                self.render("question.html", question=question, fields=self._fields())
                return
        try:
            where = await self.in_thread(self.act, *parts)
        except TOLD as error:
            await self._show_again(error, *parts)
            return
        if isinstance(where, dict):
            self.render(self.template, **where)
            return
        # Jupyter's proxy puts its own path before a redirection's
        self.redirect(where.removeprefix(self.access.root(self.request.headers)), status=303)

    async def _answer(self, ask: Callable[..., Any], template: str, *parts: str) -> None:
        try:
            told = await self.in_thread(ask, *parts)
        except TOLD as error:
            self._fail(error)
            return
        self.render(template, **told)

    async def _follow(self, *parts: str) -> None:
        """`change` whenever the version is another one, `end` when it stays as it is.

        A browser says what it knows: in the address, and when it comes back the last event's id.
        """
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("X-Accel-Buffering", "no")
        known = self.request.headers.get("Last-Event-ID") or self.get_query_argument("known", "")
        try:
            until = time.monotonic() + FOLLOWED_SECONDS
            while time.monotonic() < until:
                began = time.monotonic()
                version = await self.in_thread(self.version, *parts)
                if version is None:
                    self.write("event: end\ndata:\n\n")
                    await self.flush()
                    return
                if (now := _mark(version)) != known:
                    self.write(f"event: change\nid: {now}\ndata:\n\n")
                    known = now
                else:
                    self.write(":\n\n")  # so that a browser which left is noticed
                await self.flush()
                took = time.monotonic() - began
                await asyncio.sleep(max(LIVE_SECONDS, took * LIVE_SPARING))
        except (StreamClosedError, *TOLD):
            return

    async def _show_again(self, error: Exception, *parts: str) -> None:
        """The page once more, with what was typed, and above it why that was not done."""
        try:
            shown = await self.in_thread(self.show, *parts)
        except TOLD:
            self._fail(error)
            return
        self.set_status(400)
        self.render(self.template, **{**shown, "refused": _told(error), "live": ""})

    def _fail(self, error: Exception) -> None:
        self._say(_told(error), 400)

    def _say(self, told: Problem, status: int) -> None:
        self.set_status(status)
        self.render("problem.html", told=told)

    def _fields(self) -> list[tuple[str, str]]:
        """The form's fields, to be sent once more with the answer to a question."""
        return [
            (name, self.get_body_argument(name, strip=False))
            for name in self.request.body_arguments
            if name != "_xsrf"
        ]

    def render(self, template_name: str, **given: Any) -> Any:
        """As Tornado does, with the policy that names this answer's own scripts."""
        frames = "'self'" if self.access.framed else "'none'"
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'self' 'nonce-{self.nonce}'; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
            f"form-action 'self'; base-uri 'none'; frame-ancestors {frames}",
        )
        return super().render(template_name, **given)

    def write_error(self, status_code: int, **given: Any) -> None:
        """In words, without a traceback; ours are in the terminal's log."""
        error = given.get("exc_info", (None, None, None))[1]
        words = {403: "You are not let in.", 404: "There is no such page.", 405: "Nothing to do."}
        what = words.get(status_code, "The console broke.")
        why = (error.log_message or "") if isinstance(error, HTTPError) else ""
        if status_code == 403:  # to who is not let in nothing is told but this
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{what} {why}\n")
            return
        if isinstance(error, KeyError) and self.aws.is_other:
            self.set_status(502)
            what = f"This endpoint's answer has no {error}."
            why = "AWS always gives it; what answers here in its place does not."
        self.render("problem.html", told=Problem(what, why))


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]


def _mark(version: str | None) -> str:
    """A short text for a version that may be long."""
    return "" if version is None else hashlib.sha256(_utf8(version)).hexdigest()[:16]


def _utf8(text: str | bytes) -> bytes:
    """For Tornado's own, which stumbles over half a character: JSON may tell such a thing."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")


def _told(error: Exception) -> Problem:
    """What is said of an error that a page may raise."""
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, CourseError):
        refusal = error.__context__  # what notebooks are told of it names no permission
        if isinstance(refusal, ERRORS) and is_denied(refusal):
            return problem(refusal)
        return Problem(error.what, error.why, error.then)
    assert isinstance(error, ERRORS)
    return problem(error)
