"""Hostile requests to every part of the endpoint: `python benchmarks/hostile.py --requests 20000`.

Requests to the services are made from botocore's own models of them: right, nearly right and wrong,
then some are damaged; the control routes get what nobody would send; the port gets bytes that are
nearly HTTP. Each must be answered in time and in AWS's words. Ends non-zero and says which was not,
and why: a failure (5xx), a hang, an answer that nobody can read, an endpoint that works no more."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import random
import re
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import botocore.session
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.serialize import create_serializer

from helpers.localaws.front import proofs

SERVICES = (
    "stepfunctions", "dynamodb", "lambda", "cloudformation", "s3", "events", "logs",
    "sts", "iam", "sqs", "sns", "scheduler",
)  # fmt: skip
SECONDS = 30.0
"""An answer that takes longer counts as a hang."""
WAITS = {"ReceiveMessage", "GetActivityTask"}
"""Operations that wait for something by design; they are called with nothing to wait for."""

ODD_TEXT = (
    "", " ", "\0", "a\r\nb: c", "../../etc/passwd", "/", "//", "..", ".", "%", "%00", "%2e%2e%2f",
    "\u202e", "é", "\U0001f4a9", "\ud800", "a" * 300, "a" * 70_000, "null", "true", "-1", "1e999",
    "NaN", "0", "{", "[]", "{}", '{"a":', "[" * 5000, '{"a":' * 5000, "<x>", "<!DOCTYPE x>",
    "${jndi:x}", "{{x}}", "' OR 1=1", "$.a[*]", "$..*", "$[?(@.a)]", "{% $x %}", "(a+)+$", "*" * 64,
    "arn:", "arn:aws:", "arn:aws:lambda:us-east-1:123456789012:function:x:y:z:w", ":::::::::::",
    "arn:aws:states:us-east-1:123456789012:stateMachine:nowhere", "2026-13-45T99:99:99Z",
    "rate(0 days)", "rate(1 minute)", "cron(* * * * ? *)", "cron(0 0 31 2 ? *)", "at(never)",
)  # fmt: skip
ODD_NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 10**400, 0.5, -0.0, 1e308)
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, [], {}, [[]], [None], {"": None}, {"a": {"a": {"a": {}}}}, [1, "a", None],
    *ODD_NUMBERS, *ODD_TEXT,
)  # fmt: skip

DEFINITIONS = (
    '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
    '{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"Next":"B"},"B":{"Type":"Succeed"}}}',
    '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass",'
    '"Output":"{% $states.input %}","End":true}}}',
    '{"StartAt":"A","States":{"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":'
    '{"Type":"Fail"}}},"End":true}}}',
)
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":'
    '"states.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
TEMPLATES = (
    '{"Resources":{"T":{"Type":"AWS::SNS::Topic"}}}',
    "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: !Ref A}\n",
    '{"Transform":"AWS::Serverless-2016-10-31","Resources":{"F":{"Type":'
    '"AWS::Serverless::Function","Properties":{"Handler":"a.b","Runtime":"python3.12",'
    '"InlineCode":"x"}}}}',
)
LIKELY: dict[str, tuple[str, ...]] = {
    "definition": DEFINITIONS,
    "policydocument": (POLICY,),
    "assumerolepolicydocument": (POLICY,),
    "policy": (POLICY,),
    "templatebody": TEMPLATES,
    "eventpattern": ('{"source":["a"]}', '{"detail":{"x":[{"wildcard":"*a*b*"}]}}', "{}"),
    "scheduleexpression": ("rate(1 hour)", "cron(0 12 * * ? *)", "at(2030-01-01T00:00:00)"),
    "filterpattern": ("ERROR", '{ $.a = "*b*" }', "[a, b=*x*, ...]"),
    "input": ('{"a":1}', "{}"),
    "rolearn": ("arn:aws:iam::123456789012:role/hostile",),
    "role": ("arn:aws:iam::123456789012:role/hostile",),
    "runtime": ("python3.12",),
    "handler": ("a.b",),
    "keyconditionexpression": ("Id = :v", "Id = :v AND begins_with(S, :w)"),
    "updateexpression": ("SET A = :v", "ADD A :v", "REMOVE A", "SET A = if_not_exists(A, :v) + :w"),
    "conditionexpression": ("attribute_exists(Id)", "A > :v OR NOT contains(A, :v)"),
    "filterexpression": ("A = :v", "size(A) < :v"),
    "projectionexpression": ("Id", "A.B[0], Id"),
    "statement": ('SELECT * FROM "hostile"', "INSERT INTO \"hostile\" VALUE {'Id':'1'}"),
    "tablename": ("hostile",),
    "bucket": ("hostile-bucket",),
    "attributename": ("Id",),
    "attributetype": ("S",),
    "keytype": ("HASH",),
}


@dataclass
class Request:
    """One HTTP request to a service, before it is signed."""

    service: str
    operation: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What came back; status 0 is no answer, and `body` then says why."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def code(self) -> str:
        """AWS's error code, empty if there is none."""
        kind = self.headers.get("x-amzn-errortype", "")
        if kind:
            return kind
        found = re.search(rb'"__type"\s*:\s*"([^"]+)"|<Code>([^<]+)</Code>|"code"\s*:\s*"(\w+)"',
                          self.body)  # fmt: skip
        if found:
            return next(part for part in found.groups() if part).decode("utf-8", "replace")
        if b"__type" in self.body:  # CBOR
            return "cbor"
        return ""


@lru_cache
def _session() -> Any:
    return botocore.session.Session()


@lru_cache
def model(service: str) -> Any:
    """Botocore's model of a service."""
    return _session().get_service_model(service)


class Maker:
    """Makes requests to one service from its model; `chance` decides everything.

    known: values that the endpoint gave, by the name of the member, in lower case.
    """

    def __init__(self, chance: random.Random, known: dict[str, list[str]]) -> None:
        self.chance = chance
        self.known = known
        self.wrongness = 0.1

    def request(self, service: str) -> Request:
        """A request to some operation of the service, right or wrong."""
        chance, shapes = self.chance, model(service)
        name = chance.choice(shapes.operation_names)
        if name in WAITS and chance.random() < 0.9:
            name = chance.choice(shapes.operation_names)
        operation = shapes.operation_model(name)
        self.wrongness = chance.choice([0.0, 0.02, 0.1, 0.4])
        given = self._structure(operation.input_shape, 0) if operation.input_shape else {}
        if name in WAITS:
            given.pop("WaitTimeSeconds", None)
            given["activityArn"] = "arn:aws:states:us-east-1:123456789012:activity:none"
        made = self._serialized(service, operation, given)
        if chance.random() < 0.35:
            self._damage(made)
        return made

    # -- values

    def _structure(self, shape: Any, depth: int) -> dict[str, Any]:
        chance = self.chance
        made = {}
        members = list(shape.members.items())
        if getattr(shape, "is_tagged_union", False) and members:
            members = [chance.choice(members)]
        for name, member in members:
            wanted = name in shape.required_members
            likely = 0.97 if wanted else (0.25 if depth < 3 else 0.08)
            if depth > 6 and not wanted:
                continue
            if chance.random() < likely and depth < 12:
                made[name] = self._value(name, member, depth + 1)
        return made

    def _value(self, name: str, shape: Any, depth: int) -> Any:
        chance, kind = self.chance, shape.type_name
        if kind == "structure":
            return self._structure(shape, depth)
        if kind == "list":
            count = chance.choice([0, 1, 1, 1, 2, 3, 40] if depth < 3 else [0, 1])
            return [self._value(name.removesuffix("s"), shape.member, depth + 1)
                    for _ in range(count)]  # fmt: skip
        if kind == "map":
            keys = (self._text(name, shape.key) for _ in range(chance.choice([0, 1, 1, 2])))
            return {key: self._value(name, shape.value, depth + 1) for key in keys}
        if kind == "boolean":
            return chance.random() < 0.5
        if kind in ("integer", "long", "float", "double"):
            if chance.random() < self.wrongness:
                number = chance.choice(ODD_NUMBERS)
                return number if kind in ("float", "double") else int(number)
            low = int(shape.metadata.get("min", 0))
            return chance.randint(low, int(shape.metadata.get("max", low + 50)))
        if kind == "timestamp":
            return chance.choice([0, 1, 1_790_000_000, 4_102_444_800])
        if kind == "blob":
            return chance.choice(
                [b"", b"{}", b"x", b"PK\x05\x06" + bytes(18), chance.randbytes(50)]
            )
        return self._text(name, shape)

    def _text(self, name: str, shape: Any) -> str:
        chance = self.chance
        if chance.random() < self.wrongness:
            return chance.choice(ODD_TEXT)
        if getattr(shape, "enum", None):
            return chance.choice(shape.enum)
        low = name.lower()
        known = [*LIKELY.get(low, ()), *self.known.get(low, ())]
        if known and chance.random() < 0.8:
            return chance.choice(known)
        if low.endswith("arn"):
            arns = [
                one for key, found in self.known.items() if key.endswith("arn") for one in found
            ]
            if arns:
                return chance.choice(arns)
        size = max(int(shape.metadata.get("min", 1)), 1)
        return ("h" + "".join(chance.choices("abc123", k=3))).ljust(min(size, 200), "x")

    # -- on the wire

    def _serialized(self, service: str, operation: Any, given: dict[str, Any]) -> Request:
        shapes = model(service)
        serializer = create_serializer(shapes.resolved_protocol, include_validation=False)
        try:
            made = serializer.serialize_to_request(given, operation)
        except Exception:  # too wrong for botocore: the damage is then done to a bare request
            made = serializer.serialize_to_request(_uri_members(operation), operation)
        body = made.get("body", b"")
        headers = dict(made.get("headers", {}))
        if isinstance(body, dict):
            body = urlencode(_flat(body), errors="replace").encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
        elif hasattr(body, "read"):
            body = body.read()
        body = body.encode("utf-8", "replace") if isinstance(body, str) else bytes(body)
        path, _, query = made["url_path"].partition("?")
        extra = urlencode(_flat(made.get("query_string") or {}), quote_via=quote, errors="replace")
        query = "&".join(filter(None, [query, extra]))
        path = quote(path.encode("utf-8", "replace"), safe="/%~-_.")
        return Request(service, operation.name, made["method"], path, query, headers, body)

    def _damage(self, made: Request) -> None:
        chance = self.chance
        body_kinds = [self._damage_json, self._damage_bytes, self._damage_pairs]
        kinds = [*body_kinds, *body_kinds, self._damage_target, self._damage_head]
        chance.choice(kinds)(made)

    def _damage_json(self, made: Request) -> None:
        """Put something odd somewhere into the body, if it is JSON."""
        try:
            value = json.loads(made.body)
        except ValueError:
            return
        places = list(_places(value))
        path = self.chance.choice(places)
        odd = self.chance.choice(ODD_VALUES)
        if not path:
            value = odd
        else:
            inner = value
            for step in path[:-1]:
                inner = inner[step]
            if self.chance.random() < 0.2 and isinstance(inner, dict):
                del inner[path[-1]]
            else:
                inner[path[-1]] = odd
        made.body = json.dumps(value).encode()

    def _damage_bytes(self, made: Request) -> None:
        """Cut, double or overwrite a part of the body."""
        chance, body = self.chance, made.body
        at = chance.randint(0, len(body))
        odd = chance.choice(
            [
                chance.randbytes(3),
                b"",
                b"\xff\xfe",
                b"[" * 100_000,
                b'{"a":' * 100_000,
                b"<a>" * 9000,
            ]
        )
        made.body = chance.choice([body[:at], body[:at] + odd + body[at + 3 :], odd, body + body])

    def _damage_pairs(self, made: Request) -> None:
        """Change a name or a value of a form or a query."""
        chance = self.chance
        form = "urlencoded" in made.headers.get("Content-Type", "")
        text = made.body.decode("utf-8", "replace") if form else made.query
        pairs = parse_qsl(text, keep_blank_values=True)
        odd = str(chance.choice(ODD_TEXT[:40]))
        if pairs:
            at = chance.randrange(len(pairs))
            name, value = pairs[at]
            more = [
                name + ".1",
                name + ".member.1",
                name + ".0",
                name + ".member.99999999",
                name + ".",
            ]
            pairs[at] = chance.choice([(name, odd), (odd, value), (chance.choice(more), value)])
        else:
            pairs.append((odd, odd))
        text = urlencode(pairs, quote_via=quote, errors="replace")
        if form:
            made.body = text.encode()
        else:
            made.query = text

    def _damage_target(self, made: Request) -> None:
        """Name an operation that is none, or send it to another service."""
        chance = self.chance
        if "X-Amz-Target" in made.headers:
            prefix, _, name = made.headers["X-Amz-Target"].rpartition(".")
            odd = ["", "x", name, prefix + ".", prefix + ".__init__", prefix + "._dispatch",
                   prefix + "." + name.lower(), "." * 9, prefix + ".call_action"]  # fmt: skip
            made.headers["X-Amz-Target"] = chance.choice(odd)
        elif "urlencoded" in made.headers.get("Content-Type", ""):
            odd = ["", "x", "__init__", "CallAction", "SetupClass", "_dispatch", "é"]
            made.body = re.sub(
                rb"Action=\w+", ("Action=" + quote(chance.choice(odd))).encode(), made.body
            )
        else:
            made.method = chance.choice(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "BREW"])

    def _damage_head(self, made: Request) -> None:
        """Change the content type, the path, a header."""
        chance = self.chance
        which = chance.randrange(4)
        if which == 0:
            kinds = ["", "text/plain", "application/json", "application/x-amz-json-1.1",
                     "application/cbor", "multipart/form-data; boundary=x", "a/b; charset=utf-42",
                     "application/x-www-form-urlencoded", "application/xml", "\xe9"]  # fmt: skip
            made.headers["Content-Type"] = chance.choice(kinds)
        elif which == 1:
            parts = made.path.split("/")
            parts[chance.randrange(len(parts))] = quote(
                chance.choice(ODD_TEXT[:30])[:2000].encode("utf-8", "replace"), safe=""
            )
            made.path = "/" + "/".join(parts).lstrip("/")
        elif which == 2:
            name = chance.choice(
                ["x-amz-copy-source", "Range", "If-Modified-Since", "x-amz-content-sha256",
                 "x-amz-decoded-content-length", "Content-Encoding", "x-amz-acl", "x-amz-tagging",
                 "smithy-protocol", "x-amzn-query-mode", "Content-MD5", "x-amz-checksum-crc32",
                 "x-amz-server-side-encryption", "Accept", "User-Agent", "X-Amz-Client-Context",
                 "X-Amz-Invocation-Type", "x-amz-meta-a", "x-moto-account-id", "Cookie"]
            )  # fmt: skip
            odd = [
                "", "x", "bytes=9-1", "bytes=-0", "bytes=a-", "aws-chunked", "gzip",
                "rpc-v2-cbor", "a=b&a=c", "=", "/../..", "\xe9\xff", "9" * 14, "-1", "9" * 30,
            ]  # fmt: skip
            made.headers[name] = chance.choice(odd)
        else:
            made.path = chance.choice(
                ["/", "//", "/%00", "/..", "/%2e%2e/x", "/\xff", "/_local", "/moto-api/data.json",
                 "/moto-api/reset", "/static/x", "/a/b/c/d/e/f", "/" + "a/" * 500, "/%ff%fe", "/?"]
            )  # fmt: skip
            made.path = quote(made.path, safe="/%")


def _uri_members(operation: Any) -> dict[str, str]:
    shape = operation.input_shape
    members = shape.members.items() if shape else ()
    return {
        name: "x"
        for name, member in members
        if member.serialization.get("location") == "uri" or member.serialization.get("hostLabel")
    }


def _flat(pairs: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for name, value in pairs.items():
        for one in value if isinstance(value, list) else [value]:
            text = one if isinstance(one, bytes) else str(one).encode("utf-8", "replace")
            found.append((name, text))
    return found


def _places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


@dataclass
class Target:
    """The endpoint that is attacked. env: what a client of it has in its environment."""

    url: str
    env: dict[str, str]
    known: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def _keys(self) -> Credentials:
        return Credentials(self.env["AWS_ACCESS_KEY_ID"], self.env["AWS_SECRET_ACCESS_KEY"])

    @property
    def log(self) -> Path:
        """What the endpoint wrote down."""
        return Path(self.env["LOCALAWS_HOME"], "endpoint.log")

    def signed(self, made: Request) -> dict[str, str]:
        """The headers of the request with the workspace's signature."""
        url = self.url + made.path + ("?" + made.query if made.query else "")
        headers = {
            name: value
            for name, value in made.headers.items()
            if "\n" not in str(value) and re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name, re.ASCII)
        }  # a client does not send others
        request = AWSRequest(made.method, url, headers=headers, data=made.body)
        signer = S3SigV4Auth if made.service == "s3" else SigV4Auth
        name = model(made.service).signing_name
        signer(self._keys, name, "us-east-1").add_auth(request)
        return {n: v if isinstance(v, str) else str(v) for n, v in request.headers.items()}

    def send(self, made: Request) -> Answer:
        """Send it, signed."""
        try:
            headers = self.signed(made)
        except Exception:  # botocore cannot even sign it
            made.headers = {"Content-Type": made.headers.get("Content-Type", "")[:50]}
            made.path, made.query = "/", ""
            headers = self.signed(made)
        target = made.path + ("?" + made.query if made.query else "")
        return self.exchange(made.method, target, headers, made.body)

    def exchange(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """One request on a connection of its own."""
        began = time.monotonic()
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                if name.lower() not in ("host", "content-length"):
                    connection.putheader(name, value.encode("utf-8", "replace"))
            if body or method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read(), time.monotonic() - began)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = f"{type(error).__name__}: {error}".encode()
            return Answer(0, {}, why, time.monotonic() - began)
        finally:
            connection.close()

    def control(self, method: str, path: str, body: bytes) -> Answer:
        """A request to a control route, with the key."""
        secret, host = self.env["AWS_SECRET_ACCESS_KEY"], urlsplit(self.url).netloc
        proof = proofs.signature(secret, method, host, path.partition("?")[0], body)
        return self.exchange(method, path, {proofs.REQUEST_HEADER: proof}, body)

    def learn(self, answer: Answer) -> None:
        """Remember what the endpoint gave, so that later requests name what there is."""
        if answer.status != 200 or len(answer.body) > 200_000:
            return
        text = answer.body.decode("utf-8", "replace")
        found = re.findall(r'"(\w+)"\s*:\s*"([^"\\]{1,300})"', text)
        found += re.findall(r"<(\w+)>([^<]{1,300})</", text)
        for name, value in found:
            names = {name.lower()}
            for kind in ("Arn", "Name", "Id"):
                if name.endswith(kind):
                    names.add(kind.lower())
            for one in names:
                values = self.known.setdefault(one, [])
                if value not in values:
                    values.append(value)
                    del values[:-12]


def seeded(target: Target) -> None:
    """Make what the requests name: a table, a bucket, a role, a function, a machine, a queue."""
    import boto3

    session = boto3.Session(
        target.env["AWS_ACCESS_KEY_ID"], target.env["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )  # fmt: skip

    def client(name: str) -> Any:
        return session.client(name, endpoint_url=target.url)

    client("dynamodb").create_table(
        TableName="hostile", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
    )  # fmt: skip
    client("s3").create_bucket(Bucket="hostile-bucket")
    client("s3").put_object(Bucket="hostile-bucket", Key="key", Body=b"x")
    client("iam").create_role(RoleName="hostile", AssumeRolePolicyDocument=POLICY)
    client("stepfunctions").create_state_machine(
        name="hostile", definition=DEFINITIONS[0], roleArn=LIKELY["rolearn"][0]
    )
    client("sqs").create_queue(QueueName="hostile")
    client("sns").create_topic(Name="hostile")
    client("logs").create_log_group(logGroupName="/hostile")
    client("events").put_rule(Name="hostile", EventPattern='{"source":["hostile"]}')
    target.known |= {
        "key": ["key"], "functionname": ["hostile"], "loggroupname": ["/hostile"],
        "rolename": ["hostile"], "stackname": ["hostile"],
        "queueurl": [f"{target.url}/123456789012/hostile"],
        "topicarn": ["arn:aws:sns:us-east-1:123456789012:hostile"], "rule": ["hostile"],
        "statemachinearn": ["arn:aws:states:us-east-1:123456789012:stateMachine:hostile"],
    }  # fmt: skip


def wrong_with(made: Request, answer: Answer) -> str | None:
    """What is wrong with the answer, in words, or None."""
    if answer.status == 0:
        return f"no answer: {answer.body.decode('utf-8', 'replace')}"
    if answer.seconds > SECONDS:
        return f"answered after {answer.seconds:.0f} s"
    if answer.status >= 500 and answer.status != 501:
        return f"{answer.status} {answer.code}"
    not_http = answer.headers.get("content-type") == "text/plain"  # refused before it had a service
    if answer.status >= 400 and made.method != "HEAD" and not answer.code and not not_http:
        return f"{answer.status} without an error code: {answer.body[:80]!r}"
    if answer.body.lstrip()[:1] == b"{" and "json" in answer.headers.get("content-type", ""):
        try:
            json.loads(answer.body)
        except ValueError:
            return f"{answer.status} with JSON that nobody can read"
    return None


def still_works(target: Target) -> str | None:
    """Is the endpoint fit for work? Words if it is not."""
    states = "AWSStepFunctions.ListStateMachines"
    made = Request("stepfunctions", "ListStateMachines", "POST", "/", "",
                   {"X-Amz-Target": states, "Content-Type": "application/x-amz-json-1.0"},
                   b"{}")  # fmt: skip
    answer = target.send(made)
    if answer.status != 200:
        return f"ListStateMachines answers {answer.status} {answer.body[:200]!r}"
    answer = target.control("GET", "/_local/status", b"")
    return None if answer.status == 200 else f"status answers {answer.status}"


# -- the three kinds of attack; each gives what it sent and what was wrong with the answer


def a_call(target: Target, service: str, seed: int) -> tuple[Request, Answer, str | None]:
    """One request to a service."""
    maker = Maker(random.Random(f"{service} {seed}"), target.known)
    made = maker.request(service)
    answer = target.send(made)
    target.learn(answer)
    return made, answer, wrong_with(made, answer)


def a_control(target: Target, seed: int) -> tuple[Request, Answer, str | None]:
    """One request to a control route."""
    chance = random.Random(f"control {seed}")
    path = "/_local/" + chance.choice(
        ["status", "clock", "market", "reset", "", "x", "../x", "clock/", "%00", "clock?advance=1"]
    )
    method = chance.choice(["GET", "POST", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "X"])
    keys = ["advance", "mode", "seed", "", "x"]
    values = [*ODD_VALUES, "jump", "realtime", 60, 3600.5, 42]
    body = chance.choice([
        lambda: json.dumps({chance.choice(keys): chance.choice(values)}).encode(),
        lambda: json.dumps(chance.choice(values)).encode(),
        lambda: json.dumps({k: chance.choice(values) for k in keys}).encode(),
        lambda: chance.randbytes(chance.randrange(60)),
        lambda: b"[" * 65_000,
        lambda: b"",
    ])()  # fmt: skip
    made = Request("control", path, method, path, "", {}, body)
    answer = target.control(method, path, body)
    return made, answer, wrong_with(made, answer)


def some_bytes(target: Target, seed: int) -> tuple[Request, Answer, str | None]:
    """Bytes that are nearly HTTP, on a connection of their own; it must be closed or answered."""
    chance = random.Random(f"bytes {seed}")
    data = nearly_http(chance, target)
    made = Request("bytes", "", "", "", "", {}, data)
    began = time.monotonic()
    host = urlsplit(target.url)
    answer = b""
    try:
        with socket.create_connection((host.hostname, host.port), timeout=SECONDS) as sock:
            at = chance.randint(0, len(data)) if chance.random() < 0.3 else len(data)
            sock.sendall(data[:at])
            if at < len(data) and chance.random() < 0.5:
                time.sleep(0.002)
                sock.sendall(data[at:])
            how = chance.random()
            if how < 0.1:  # gone without a word
                return made, Answer(200, {}, b"", 0.0), None
            with contextlib.suppress(OSError):  # it is closed already
                sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                answer += piece
    except (ConnectionResetError, BrokenPipeError):  # it was closed under us: that is an answer
        pass
    except OSError as error:
        return made, Answer(0, {}, b"", time.monotonic() - began), f"no answer: {error}"
    seconds = time.monotonic() - began
    status = re.match(rb"HTTP/1\.1 (\d\d\d) ", answer)
    if answer and not status:
        return made, Answer(0, {}, answer, seconds), f"not HTTP: {answer[:60]!r}"
    number = int(status[1]) if status else 200
    wrong = f"{number}" if number >= 500 and number not in (501, 505) else None
    return made, Answer(number, {}, answer, seconds), wrong


def nearly_http(chance: random.Random, target: Target) -> bytes:
    """A request or several, with something wrong here and there."""

    def bad(good: bytes, *odd: bytes) -> bytes:
        return chance.choice(odd) if chance.random() < 0.15 else good

    method = bad(
        b"POST", b"GET", b"", b"\0", b"P OST", b"post", b"A" * 9000, b"\xff", b"HEAD", b"PRI"
    )
    path = bad(b"/", b"*", b"", b"/\xff\xfe%00", b"/%", b"/%zz", b"http://evil/", b"/" * 9000,
               b"http://127.0.0.1/x", b"/_local/status", b"/a b", b"/\x7f", b"https:x")  # fmt: skip
    version = bad(b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.1 ", b"", b"http/1.1", b"HTTP/1.")
    body = bad(b"{}", b"", b"x" * 70_000, b"\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n")
    host = urlsplit(target.url).netloc.encode()
    headers = [
        b"Host: "
        + bad(host, b"evil", b"", b"127.0.0.1:99999999", b"\xff", b"127.0.0.1\t", b"[::1"),
        b"Content-Type: application/x-amz-json-1.0",
        b"X-Amz-Target: " + bad(b"DynamoDB_20120810.ListTables", b"", b"\xff", b"x" * 9000),
    ]
    if chance.random() < 0.6:
        made = Request("dynamodb", "ListTables", "POST", "/", "",
                       {"X-Amz-Target": "DynamoDB_20120810.ListTables",
                        "Content-Type": "application/x-amz-json-1.0"}, b"{}")  # fmt: skip
        signed = target.signed(made)
        for name in ("Authorization", "X-Amz-Date"):
            value = signed[name].encode()
            if chance.random() < 0.2:
                at = chance.randrange(len(value))
                value = (
                    value[:at]
                    + chance.choice([b"", b"\xff", b"=", b",", b"/", b"%"])
                    + value[at + 1 :]
                )
            headers.append(name.encode() + b": " + value)
    elif chance.random() < 0.5:
        digest = hashlib.sha256(body).hexdigest()
        path = b"/x?" + b"&".join(
            name + b"=" + bad(value, b"", b"\xff", b"%FF", b"-1", b"9" * 40, b"%E2%98%83")
            for name, value in (
                (b"X-Amz-Algorithm", b"AWS4-HMAC-SHA256"), (b"X-Amz-Date", b"20260101T000000Z"),
                (b"X-Amz-Credential", target.env["AWS_ACCESS_KEY_ID"].encode()
                 + b"%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"), (b"X-Amz-Expires", b"604800"),
                (b"X-Amz-SignedHeaders", b"host"), (b"X-Amz-Signature", digest.encode()),
            )
            if chance.random() < 0.95
        )  # fmt: skip
    chunked = chance.random() < 0.3
    if chunked:
        headers.append(
            b"Transfer-Encoding: " + bad(b"chunked", b"gzip", b"chunked, chunked", b"Chunked")
        )
        sizes = [bad(b"%x" % len(body), b"-1", b"zz", b"f" * 15, b"f" * 40, b"", b"2;a=b", b"0x2")]
        body = b"".join(size + b"\r\n" + body + bad(b"\r\n", b"", b"\n", b"x") for size in sizes)
        body += bad(b"0\r\n\r\n", b"", b"0\r\n", b"0\r\na: b\r\n\r\n", b"0" * 9000)
    if not chunked or chance.random() < 0.05:
        length = bad(b"%d" % len(body), b"-1", b"1", b"99999", b"99999999999999", b"9" * 40, b"+2",
                     b"2, 2", b"0x2", b"\xb2", b"")  # fmt: skip
        headers.append(b"Content-Length: " + length)
    if chance.random() < 0.3:
        headers.append(chance.choice([
            b"Expect: 100-continue", b"Connection: close", b"Connection: Upgrade\r\nUpgrade: h2c",
            b"A" * 140_000 + b": b", b"X: " + b"y" * 140_000, b"X : y", b" folded", b": x",
            b"Content-Length: 7", b"Origin: https://evil", b"X_Y: z", b"A: \0", b"Cookie: \xff",
            b"X-Localaws-Signature: \xff\xfe", b"\r\n".join(b"H%d: x" % n for n in range(3000)),
        ]))  # fmt: skip
    end = bad(b"\r\n", b"\n", b"\r", b"\r\r\n")
    one = method + b" " + path + b" " + version + end
    one += b"".join(line + end for line in headers) + end + body
    return one * chance.choice([1, 1, 1, 2, 5])


# -- all of it


@dataclass
class Tally:
    """What became of the requests of one kind."""

    tried: int = 0
    wrong: int = 0
    refused: int = 0
    done: int = 0
    missing: int = 0
    slowest: float = 0.0

    def count(self, answer: Answer, wrong: str | None) -> None:
        """One more."""
        self.tried += 1
        self.wrong += wrong is not None
        self.done += 200 <= answer.status < 400
        self.refused += 400 <= answer.status < 500
        self.missing += answer.status == 501
        self.slowest = max(self.slowest, answer.seconds)


def attack(
    target: Target, kinds: dict[str, Callable[[int], tuple[Request, Answer, str | None]]],
    count: int, seed: int,
) -> tuple[dict[str, Tally], dict[str, list[str]]]:  # fmt: skip
    """Send `count` requests of the kinds in turn; returns figures, and causes with examples."""
    tallies = {name: Tally() for name in kinds}
    causes: dict[str, list[str]] = {}
    names = list(kinds)
    at = size(target.log)
    for number in range(count):
        name = names[number % len(names)]
        one = seed + number // len(names)
        made, answer, wrong = kinds[name](one)
        if wrong is None and (number + 1) % 500 == 0:
            wrong = still_works(target)
        tallies[name].count(answer, wrong)
        if wrong is not None:
            cause = f"{wrong} | {logged(target.log, at)}"
            what = f"{name} --seed {one} {made.operation} {made.method} {made.path[:60]}"
            causes.setdefault(cause, []).append(f"{what} {made.body[:150]!r}")
        at = size(target.log)
    return tallies, causes


def size(path: Path) -> int:
    """Bytes of a file, 0 if it is not there."""
    return path.stat().st_size if path.exists() else 0


def logged(path: Path, since: int) -> str:
    """The last frame and the error of the traceback that was logged since then."""
    if not path.exists() or path.stat().st_size <= since:
        return "nothing logged"
    with path.open("rb") as file:
        file.seek(since)
        lines = file.read().decode("utf-8", "replace").splitlines()
    frames = [line.strip() for line in lines if line.startswith("  File ")]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Exit|NotFound)\b", line)]
    return f"{frames[-1] if frames else ''} {errors[-1][:150] if errors else ''}".strip()


def main() -> int:
    """Prints a line for each kind and each cause; 1 if anything was wrong."""
    from load import an_endpoint

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", help="control, bytes, or services")
    options = parser.parse_args()
    with an_endpoint() as (url, env):
        target = Target(url, env)
        seeded(target)
        kinds: dict[str, Callable[[int], Any]] = {
            service: lambda seed, service=service: a_call(target, service, seed)
            for service in SERVICES
        }
        kinds["bytes"] = lambda seed: some_bytes(target, seed)
        if options.only:
            kinds = {name: kinds[name] for name in options.only if name in kinds}
        began = time.monotonic()
        tallies, causes = (
            attack(target, kinds, options.requests, options.seed) if kinds else ({}, {})
        )
        if not options.only or "control" in options.only:
            target.control("POST", "/_local/reset", b"{}")
            control = {"control": lambda seed: a_control(target, seed)}
            count = max(options.requests // 20, 50)
            more, more_causes = attack(target, control, count, options.seed)
            tallies |= more
            causes |= more_causes
        seconds = time.monotonic() - began
        end = still_works(target)
    total = sum(tally.tried for tally in tallies.values())
    wrong = sum(tally.wrong for tally in tallies.values())
    print(f"{'':16}{'tried':>7}{'done':>7}{'refused':>9}{'not here':>9}{'wrong':>7}{'slowest':>9}")
    for name, tally in tallies.items():
        print(f"{name:16}{tally.tried:7}{tally.done:7}{tally.refused:9}{tally.missing:9}"
              f"{tally.wrong:7}{tally.slowest:8.1f}s")  # fmt: skip
    print(f"{total} tried in {seconds:.0f} s, {total - wrong} survived; {len(causes)} causes")
    for cause, found in sorted(causes.items(), key=lambda pair: -len(pair[1])):
        print(f"WRONG ({len(found)} x): {cause}\n    {Counter(found).most_common(1)[0][0]}")
    if end:
        print(f"BROKEN: in the end {end}")
    return 1 if wrong or end else 0


if __name__ == "__main__":
    sys.exit(main())
