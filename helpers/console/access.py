"""Who may come in: whoever opened the link once, or Jupyter, which has asked for a login already.

A page of a foreign site in the same browser may not: neither by a name that leads to this machine
(`Host`), nor by a form or script of its own (`Origin`, `Sec-Fetch-Site`; and Tornado's XSRF token).
"""

from __future__ import annotations

import hmac
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from urllib.parse import urlsplit

from tornado.web import HTTPError, RequestHandler

KEY_HEADER = "X-Course-Console-Key"
"""The header by which Jupyter's proxy shows that a request came through it."""

DAYS = 1  # that a browser is remembered


class Access(ABC):
    """A rule for who may come in, and under which address the pages stand."""

    framed = False
    """May a page stand in a frame of the same site, such as a tab of JupyterLab?"""

    can_leave = False
    """Is there something to sign out of?"""

    @abstractmethod
    def admit(self, handler: RequestHandler) -> None:
        """Let the request in, or raise HTTPError 403 with words for people."""

    def root(self, headers: Mapping[str, str]) -> str:
        """What stands before each page's path, "" or such as `/user/ada/console`."""
        return ""

    def is_question(self, headers: Mapping[str, str]) -> bool:
        """Does it only ask whether the console is there? It is refused, and nobody need know."""
        return False

    def leave(self, handler: RequestHandler) -> None:
        """Forget this browser; it is let in by Jupyter's login otherwise."""
        raise HTTPError(405)


class ByLink(Access):
    """From a terminal: the printed link lets one browser in, once; a cookie remembers it."""

    can_leave = True

    def __init__(self, port: int) -> None:
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._cookie = f"course-console-{port}"  # browsers tell no ports apart by themselves
        self._token: str | None = secrets.token_urlsafe(32)
        self._known: set[str] = set()
        self.link = f"http://127.0.0.1:{port}/?token={self._token}"

    def admit(self, handler: RequestHandler) -> None:
        """By the cookie, or by the token in the address, which is then used up."""
        request = handler.request
        if request.host not in self._hosts:
            raise HTTPError(403, "This address is not the console's own.")
        refuse_foreign(handler, self._hosts)
        if handler.get_cookie(self._cookie) in self._known:
            return
        given = handler.get_query_argument("token", "")
        if self._token is None or not hmac.compare_digest(given.encode(), self._token.encode()):
            raise HTTPError(
                403,
                "This browser is not signed in, and a link lets one in only once. "
                "Start the console anew: python -m helpers.console",
            )
        self._token = None
        session = secrets.token_urlsafe(32)
        self._known.add(session)
        handler.set_cookie(
            self._cookie, session, expires_days=DAYS, httponly=True, samesite="Strict", path="/"
        )

    def leave(self, handler: RequestHandler) -> None:
        """The cookie is worth nothing afterwards, also where somebody copied it."""
        self._known.discard(handler.get_cookie(self._cookie) or "")
        handler.clear_cookie(self._cookie, path="/")


class ByProxy(Access):
    """Behind Jupyter: only its proxy knows the key, and it asks for Jupyter's login."""

    framed = True

    def __init__(self, key: str) -> None:
        self._key = key

    def admit(self, handler: RequestHandler) -> None:
        """By the key that the proxy adds."""
        given = handler.request.headers.get(KEY_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._key.encode()):
            raise HTTPError(403, "The console is reached through JupyterLab here.")
        headers = handler.request.headers
        refuse_foreign(handler, {handler.request.host, headers.get("X-Forwarded-Host", "")})

    def is_question(self, headers: Mapping[str, str]) -> bool:
        """The proxy asks without the key, until it is answered."""
        return KEY_HEADER not in headers

    def root(self, headers: Mapping[str, str]) -> str:
        """The proxy says under which path it stands."""
        return headers.get("X-Forwarded-Prefix", "").rstrip("/")


def refuse_foreign(handler: RequestHandler, hosts: set[str]) -> None:
    """Raise HTTPError 403 for what another site's page sent: a script's request, a form, an image.

    Following a link to the console from another site is no attack and is let pass.
    """
    headers = handler.request.headers
    origin = headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc not in hosts:
        raise HTTPError(403, f"A page of another site ({origin}) asked for this.")
    foreign = headers.get("Sec-Fetch-Site", "none") in ("cross-site", "same-site")
    if foreign and (handler.request.method != "GET" or headers.get("Sec-Fetch-Mode") != "navigate"):
        raise HTTPError(403, "A page of another site asked for this.")
