"""A visitor who follows every link, and sees whether a page has anything on it that is not ours."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from helpers.console.application import PAGES
from tests.console.conftest import Visitor

OF_A_KIND = 12  # pages that are opened, of those that differ by what they show alone
OF_A_QUERY = 2  # the same of what is asked for by a query
HANDLES = ("onclick", "onerror", "onload", "onmouseover", "onfocus")
LOADED = {"script": "src", "img": "src", "link": "href", "form": "action", "iframe": "src"}


@dataclass
class Read(HTMLParser):
    """What stands in a page: links, forms, and what has no business there (`wrong`)."""

    source: str
    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element."""
        has = {name: value or "" for name, value in attrs}
        self._judge(tag, has)
        if tag == "a" and "href" in has:
            self.links.append(has["href"])
        elif tag == "img" and has.get("src", "").startswith("/"):
            self.links.append(has["src"])
        elif "data-live" in has or "data-tail" in has:
            self.streams.append(has.get("data-live") or has["data-tail"])
        elif tag == "form":
            self.forms.append(Form(has.get("method", "get").lower(), has.get("action", "")))
        elif tag in ("input", "textarea", "select", "option", "button") and self.forms:
            self.forms[-1].has(tag, has)

    def handle_data(self, data: str) -> None:
        """Text: of an area for text it is what it holds."""
        if self.forms:
            self.forms[-1].holds(data)

    def handle_endtag(self, tag: str) -> None:
        """An element has ended."""
        if tag == "textarea" and self.forms:
            self.forms[-1].area = ""

    def _judge(self, tag: str, has: dict[str, str]) -> None:
        if "data-planted" in has or any(name.startswith("on") for name in has):
            self.wrong.append(f"markup came through: <{tag} {has}>")
        if tag == "script" and "src" not in has and "nonce" not in has:
            self.wrong.append("a script without the answer's nonce")
        for address in (has.get(LOADED.get(tag, ""), ""), has.get("href", "")):
            if urlsplit(address).scheme not in ("", "data", "https"):
                self.wrong.append(f"an address of another kind: {address[:100]}")
        loaded = urlsplit(has.get(LOADED.get(tag, ""), ""))
        if loaded.netloc or (loaded.scheme == "data" and tag != "img"):
            self.wrong.append(f"<{tag}> is got from elsewhere: {loaded.geturl()[:100]}")


@dataclass
class Form:
    """A form: its fields as they stand, and the buttons that send it, each a name and a value."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    area: str = ""
    choice: str = ""

    def has(self, tag: str, has: dict[str, str]) -> None:
        """An element of it."""
        name, value = has.get("name", ""), has.get("value", "")
        if tag == "button" and "disabled" not in has:
            self.buttons.append((name, value))
        elif tag == "textarea":
            self.area = name
            self.fields[name] = ""
        elif tag == "select":
            self.choice = name
        elif tag == "option" and ("selected" in has or self.choice not in self.fields):
            self.fields[self.choice] = value
        elif tag == "input" and name and has.get("type") not in ("checkbox", "radio", "file"):
            self.fields[name] = value

    def holds(self, text: str) -> None:
        """Text of the area that stands open."""
        if self.area:
            self.fields[self.area] += text


@dataclass
class Seen:
    """All that was met: each path with its answer, and the page as it was read, if it is one."""

    answers: dict[str, requests.Response] = field(default_factory=dict)
    read: dict[str, Read] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)
    """How the streams begin that pages follow, by their addresses."""

    @property
    def unvisited(self) -> set[str]:
        """The patterns of the pages that no link led to."""
        patterns = {kind(path)[0] for path in (*self.answers, *self.begun)}
        return {pattern for pattern, _ in PAGES} - patterns


def crawl(visitor: Visitor, begin: str = "/") -> Seen:
    """Follow the links from a page on, of pages of one kind only so many."""
    seen, met = Seen(), Counter[object]()
    waiting, known = deque([begin]), {begin}
    while waiting:
        path = waiting.popleft()
        met[kind(path)] += 1
        if met[kind(path)] > (OF_A_QUERY if urlsplit(path).query else OF_A_KIND):
            continue
        answer = seen.answers[path] = visitor.get(path, allow_redirects=False)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = seen.read[path] = Read(answer.text)
        for stream in page.streams:
            if stream not in seen.begun and not met[("stream", kind(path))]:
                met[("stream", kind(path))] += 1
                seen.begun[stream] = _beginning(visitor, stream)
        for link in page.links:
            there = urlsplit(urljoin(path, link))
            target = there.path + (f"?{there.query}" if there.query else "")
            if not there.netloc and not there.scheme and target not in known:
                known.add(target)
                waiting.append(target)
    return seen


def press(visitor: Visitor, path: str, form: Form, name: str, value: str) -> requests.Response:
    """Send a form with one of its buttons as it stands, and say yes where it is asked."""
    sent = {**form.fields, name: value, "sure": "yes"}
    return visitor.session.post(urljoin(visitor.url + path, form.action), data=sent)


def _beginning(visitor: Visitor, stream: str) -> str:
    """The first line of a stream of events."""
    with visitor.get(stream, stream=True, timeout=30) as answer:
        return str(next(answer.iter_lines(decode_unicode=True), answer.status_code))


def kind(path: str) -> tuple[str, tuple[str, ...]]:
    """The pattern of the page at a path, "-" for none, and the names in its query."""
    parts = urlsplit(path)
    names = tuple(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    for pattern, _ in PAGES:
        if re.fullmatch(pattern, parts.path.removeprefix("/")):
            return pattern, names
    return "-", names
