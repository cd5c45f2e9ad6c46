"""What a check works with: the learner's files, and AWS to try them on.

What is amiss with the learner's files comes out as NotYet by itself.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers import target
from helpers.exercises import progress
from helpers.exercises.outcome import CannotCheck, NotYet
from helpers.exercises.workbench import commands, functions, machines, reading, stacks
from helpers.exercises.workbench.commands import Ran
from helpers.exercises.workbench.functions import RUNTIME, Trader
from helpers.exercises.workbench.machines import Machine, shown
from helpers.exercises.workbench.place import Place
from helpers.exercises.workbench.stacks import Stack
from helpers.exercises.workbench.warm import Warm

__all__ = ["RUNTIME", "Machine", "Ran", "Stack", "Trader", "Workbench", "shown"]

_ANYTHING = ({"Effect": "Allow", "Action": "*", "Resource": "*"},)


class Workbench:
    """A copy of the learner's files in `folder`, and the checks' endpoint."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder, self._place = folder, place
        self._names = 0
        self._own_role = ""
        self._bucket = ""
        self._looked_through = False
        self._warm: Warm | None = None

    def close(self) -> None:
        """End what was started for the check and is still there."""
        if self._warm:
            self._warm.close()

    @property
    def stands(self) -> bool:
        """Is what an earlier check of the same files made, and let stay, still there?"""
        return self._place.stands

    def let_stay(self, stays: bool = True) -> None:
        """Let what this check made stand for the next check of the same files, or not."""
        self._place.stays = stays

    # -- the learner's files

    def text(self, name: str) -> str:
        """A file's text."""
        return reading.text(self.folder, name)

    def json(self, name: str) -> Any:
        """A file's JSON."""
        return reading.json_of(self.folder, name)

    def yaml(self, name: str) -> Any:
        """A file's YAML or JSON, CloudFormation's short tags understood."""
        return reading.yaml_of(self.folder, name)

    def python(self, name: str) -> str:
        """A file's text, which Python can parse."""
        return reading.python_of(self.folder, name)

    # -- what it is tried on

    def trying(self, what: str) -> None:
        """Say in a passing line what is being tried."""
        progress.say(f"Trying {what} …")

    def client(self, service: str) -> Any:
        """A boto3 client on the checks' endpoint."""
        return self._place.client(service)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command that talks to the checks' endpoint."""
        return self._place.environment()

    def needs(self, *command: str) -> None:
        """Raise CannotCheck if one of these commands is not on this machine."""
        commands.needs(command, self.environment.get("PATH"))

    def run(
        self, *command: str, timeout: float = 20, cwd: Path | None = None, **variables: str
    ) -> Ran:
        """Run a command in the copy, with `variables` added to its environment.

        Before the first one: what sam would stumble over without naming the file is said here.
        """
        return self._run(command, timeout, cwd, variables, commands.plainly)

    def pytest(
        self, *arguments: str, timeout: float = 20, cwd: Path | None = None, **variables: str
    ) -> Ran:
        """Run `python -m pytest` as `run` would: of many runs only the first takes its time."""
        if self._warm is None:
            self._warm = Warm(self.environment, self._imported())
        command = (sys.executable, "-m", "pytest", *arguments)
        return self._run(command, timeout, cwd, variables, self._warm.start)

    def role(self, statements: Any = _ANYTHING, trust: str = "states.amazonaws.com") -> str:
        """The ARN of a new role that `trust` may assume and that allows what `statements` say."""
        name, iam = self._name("role"), self.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=functions.trust(trust))
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(
            RoleName=name, PolicyName="allowed", PolicyDocument=json.dumps(document)
        )
        return made["Role"]["Arn"]

    def function(
        self,
        name: str,
        code: str | Mapping[str, str],
        timeout: int = 3,
        variables: Mapping[str, str] | None = None,
        role: str = "",
    ) -> str:
        """The ARN of a new function. code: Python text, a folder of the copy, or texts by name.

        role: the ARN of its role; without it, of one that allows everything.
        """
        role = role or self._function_role()
        packed = functions.zipped(functions.sources(code, self.folder))
        client = self.client("lambda")
        return functions.create(client, name, role, packed, timeout, variables or {})

    def invoke(self, function: str, event: Any) -> tuple[Any, str | None]:
        """Call a function: what it returned, and the error's type if it failed."""
        answer = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event).encode()
        )
        payload = json.loads(answer["Payload"].read() or b"null")
        failed = "FunctionError" in answer
        error = (
            payload.get("errorType", "Unknown") if failed and isinstance(payload, dict) else None
        )
        return payload, error

    def trader(self) -> Trader:
        """The course's functions and table; the checker returns what `checker_returns` says."""
        arns = {
            name: self.function(name, functions.course_code(name))
            for name in ("checker", "buyer", "seller")
        }
        table = self.table()
        return Trader(
            substitutions={
                **{f"Stock{name.capitalize()}FunctionArn": arn for name, arn in arns.items()},
                "DDBPutItem": "arn:aws:states:::dynamodb:putItem",
                "DDBTable": table,
            },
            table=table,
            functions=arns,
        )

    def machine(
        self,
        definition: str | dict[str, Any],
        substitutions: Mapping[str, str] | None = None,
        allow: Any = _ANYTHING,
        kind: str = "STANDARD",
    ) -> Machine:
        """A new state machine, in a role that allows what the statements `allow` say."""
        client = self.client("stepfunctions")
        text = machines.filled(definition, substitutions or {})
        if not text:  # boto3 itself refuses to send that
            raise machines.refusal(text, "")
        role = self.role(allow)
        try:
            made = client.create_state_machine(
                name=self._name("machine"), definition=text, roleArn=role, type=kind
            )
        except client.exceptions.InvalidDefinition as error:
            raise machines.refusal(text, str(error)) from None
        return Machine(client, made["stateMachineArn"], text)

    def table(self, key: str = "Id", sort: str | None = None) -> str:
        """The name of a new table with these keys, which are strings."""
        name = self._name("table")
        keys = [key, *([sort] if sort else [])]
        self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[
                {"AttributeName": attribute, "KeyType": kind}
                for attribute, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items of a table, as plain values: whole numbers are int, others Decimal."""
        pages = self.client("dynamodb").get_paginator("scan").paginate(TableName=table)
        return [
            {name: _plain(value) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]

    def logged(self, group: str) -> list[str]:
        """The messages in a log group. Raises what boto3 raises where there is no such group."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    def stack(
        self,
        template: str = "template.yaml",
        name: str = "exercise",
        parameters: Mapping[str, str] | None = None,
        project: Path | None = None,
    ) -> Stack:
        """Deploy a template of the copy: its code is uploaded, its transform expanded."""
        made = self._stack(name, project or self.folder)
        made.create(template, parameters or {})
        return made

    def standing_stack(self, name: str = "exercise") -> Stack:
        """A stack that an earlier check made, and let stay. Raises CannotCheck if it is gone."""
        from botocore.exceptions import ClientError

        made = self._stack(name, self.folder)
        try:
            _ = made.described
        except ClientError as error:
            raise CannotCheck(
                "What an earlier check had deployed is gone.",
                str(error),
                "Check once more: it is then deployed anew.",
            ) from None
        return made

    def _stack(self, name: str, project: Path) -> Stack:
        return Stack(
            self.client("cloudformation"),
            name,
            lambda file, given: self._packaged(file, given, project),
        )

    # -- the simulated clock

    def now(self) -> datetime:
        """What the clock of the checks' endpoint shows, in UTC."""
        return datetime.fromisoformat(self._place.control("/_local/clock", {"mode": "jump"})["now"])

    def advance(self, time: str | float) -> int:
        """Let time pass, in seconds or as "3h"; what falls due happens. Returns the firings."""
        seconds = target.duration(time).total_seconds() if isinstance(time, str) else time
        return self._place.control("/_local/clock", {"advance": seconds})["fired"]

    def advance_to(self, moment: datetime) -> int:
        """Let time pass until `moment` (aware)."""
        return self.advance(max(0.0, (moment - self.now()).total_seconds()))

    def real_time(self) -> None:
        """From now on, and until the check ends, the waits of executions take their time."""
        self._place.control("/_local/clock", {"mode": "realtime"})

    # -- the rest

    def _run(
        self,
        command: tuple[str, ...],
        timeout: float,
        cwd: Path | None,
        variables: dict[str, str],
        start: commands.Start,
    ) -> Ran:
        if not self._looked_through:
            self._looked_through = True
            reading.project_of(self.folder)
        environment = self.environment | variables
        return commands.run(command, cwd or self.folder, environment, timeout, start)

    def _imported(self) -> tuple[str, ...]:
        """What the learner's tests import that takes its time."""
        texts = (path.read_bytes() for path in self.folder.glob("*.py"))
        return ("pytest", "boto3") if any(b"boto3" in text for text in texts) else ("pytest",)

    def _name(self, kind: str) -> str:
        self._names += 1
        name = f"exercise-{kind}-{self._names}"
        return f"{name}-{uuid.uuid4().hex[:8]}" if self.stands else name  # others have been taken

    def _function_role(self) -> str:
        if not self._own_role:
            self._own_role = self.role(trust="lambda.amazonaws.com")
        return self._own_role

    def _packaged(
        self, template: str, parameters: Mapping[str, str], project: Path
    ) -> tuple[str, dict[str, str]]:
        said = reading.yaml_of(project, template)
        if not isinstance(said, dict) or not isinstance(said.get("Resources"), dict):
            raise NotYet(f"{template} has no section Resources.", hint="not-yaml")
        if not self._bucket:
            self._bucket = self._name("bucket")
            self.client("s3").create_bucket(Bucket=self._bucket)
        body = stacks.package(self.run, project, template, self._bucket)
        declared = said.get("Parameters")
        own = {"PythonRuntime": RUNTIME} if "PythonRuntime" in (declared or {}) else {}
        return body, own | dict(parameters)


def _plain(value: dict[str, Any]) -> Any:
    from boto3.dynamodb.types import TypeDeserializer

    plain = TypeDeserializer().deserialize(value)
    if isinstance(plain, Decimal) and plain == plain.to_integral_value():
        return int(plain)
    return plain
