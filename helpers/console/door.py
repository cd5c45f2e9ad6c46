"""In Jupyter: the console once its target is there, and until then a page that says what to do.

A learner who opens the tile before signing in to the account is told so; Jupyter's proxy would say
after half a minute that something did not start. Each look at the page tries anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import Router
from tornado.web import Application, RequestHandler

from helpers.console.access import Access
from helpers.errors import CourseError


class Door(Router):
    """Leads each request to what `make` gives, as soon as it gives it.

    make: the console. Raises CourseError while it cannot be made.
    """

    def __init__(self, access: Access, make: Callable[[], Application]) -> None:
        self._make = make
        self._inside: Application | None = None
        given = {"access": access, "door": self}
        templates = str(Path(__file__).parent / "templates")
        self._outside = Application([(r".*", Closed, given)], template_path=templates)

    def open(self) -> None:
        """Make the console. Raises CourseError if that cannot be."""
        self._inside = self._inside or self._make()

    def find_handler(self, request: HTTPServerRequest, **more: Any) -> HTTPMessageDelegate | None:
        """Tornado asks for it."""
        return (self._inside or self._outside).find_handler(request, **more)


class Closed(RequestHandler):
    """Says at each address why there is no console yet."""

    def initialize(self, access: Access, door: Door) -> None:
        """Tornado hands in what the application was made with."""
        self.access, self.door = access, door

    def prepare(self) -> None:
        """To whom it is not said: whoever is not let in."""
        self.access.admit(self)

    async def get(self) -> None:
        """The page that was asked for, if it can be had by now."""
        try:
            await asyncio.get_running_loop().run_in_executor(None, self.door.open)
        except CourseError as error:
            self.set_status(503)
            self.set_header("Cache-Control", "no-store")
            self.render("closed.html", told=error)
            return
        self.redirect(self.request.uri or "/")
