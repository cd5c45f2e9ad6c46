"""Helpers for the tests of Step Functions: functions from a few lines, machines, histories."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.workshop import ended, make_function, until, zipped

ACCOUNT, REGION = "123456789012", "us-east-1"
_numbers = itertools.count()


@dataclass
class Workshop:
    """Makes and runs things on a running endpoint."""

    endpoint: Any
    role: str
    _functions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.states = self.endpoint.client("stepfunctions")
        self.functions = self.endpoint.client("lambda")
        direct = Config(inject_host_prefix=False)  # boto3 would call sync-127.0.0.1
        self.sync = self.endpoint.client("stepfunctions", config=direct)

    def function(self, code: str, **options) -> str:
        """The ARN of a function with this code; the same code gives the same function."""
        key = json.dumps([code, options])
        if key not in self._functions:
            named = {
                "Handler": "handler.handler",
                "Code": {"ZipFile": zipped({"handler.py": code})},
            }
            made = make_function(self.functions, self.role, code, **named | options)
            self._functions[key] = made["FunctionArn"]
        return self._functions[key]

    def table(self) -> str:
        """The name of a new table with the key `Id`."""
        name = f"table-{next(_numbers)}"
        self.endpoint.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    def machine(self, definition: dict[str, Any] | str, **options) -> str:
        """The ARN of a new state machine."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        options = {"name": f"machine-{next(_numbers)}", "roleArn": self.role} | options
        return self.states.create_state_machine(definition=text, **options)["stateMachineArn"]

    def start(self, machine: str | dict[str, Any], given: Any = None, **options) -> str:
        """Start an execution and give its ARN; `given` is its input (a str is sent as it is)."""
        arn = machine if isinstance(machine, str) else self.machine(machine)
        if given is not None:
            options["input"] = given if isinstance(given, str) else json.dumps(given)
        return self.states.start_execution(stateMachineArn=arn, **options)["executionArn"]

    def ended(self, execution: str, seconds: float = 30) -> dict[str, Any]:
        """DescribeExecution once the execution has ended."""
        return ended(self.states, execution, seconds)

    def run(self, machine: str | dict[str, Any], given: Any = None, **options) -> dict[str, Any]:
        """Start an execution and describe it once it has ended."""
        return self.ended(self.start(machine, given, **options))

    def events(self, execution: str | dict[str, Any], **options) -> list[dict[str, Any]]:
        """The history of an execution (an ARN, or what describes it)."""
        arn = execution if isinstance(execution, str) else execution["executionArn"]
        options = {"maxResults": 1000} | options
        return self.states.get_execution_history(executionArn=arn, **options)["events"]

    def reached(self, execution: str, kind: str, seconds: float = 30) -> dict[str, Any]:
        """The first event of this type, once it has happened."""

        def first() -> dict[str, Any] | None:
            return next((one for one in self.events(execution) if one["type"] == kind), None)

        return until(first, seconds, pause=0.005)

    def advance(self, seconds: float) -> None:
        """Move the endpoint's clock on."""
        self.endpoint.control("/_local/clock", {"advance": seconds})

    def refused(self, call, *arguments, **options) -> tuple[str, str]:
        """The error code and the words with which a call is refused."""
        with pytest.raises(ClientError) as caught:
            call(*arguments, **options)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]

    def output(self, states: dict[str, Any], given: Any = None, **fields) -> Any:
        """The output of a machine with these states, the first of which comes first."""
        definition = {"StartAt": next(iter(states)), "States": states, **fields}
        done = self.run(definition, given)
        assert done["status"] == "SUCCEEDED", done
        return json.loads(done["output"])

    def failure(self, states: dict[str, Any], given: Any = None, **fields) -> tuple[str, str]:
        """The error and the cause with which such a machine fails."""
        definition = {"StartAt": next(iter(states)), "States": states, **fields}
        done = self.run(definition, given)
        assert done["status"] == "FAILED", done
        return done.get("error"), done.get("cause")

    def types(self, execution: str | dict[str, Any]) -> list[str]:
        """The types of its events."""
        return [event["type"] for event in self.events(execution)]


@pytest.fixture(scope="session")
def workshop(endpoint) -> Workshop:
    """Makes and runs functions, tables and state machines on the shared endpoint."""
    return Workshop(endpoint, endpoint.role("states-tests", allow="*"))


@pytest.fixture(scope="module")
def own_workshop(module_endpoint) -> Workshop:
    """The same on an endpoint of the module's own, for tests that move the clock."""
    return Workshop(module_endpoint, module_endpoint.role("states-tests", allow="*"))
