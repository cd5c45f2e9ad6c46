"""The learner's desk, deployed: baskets go in, and what came of them is looked at from outside."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Stack, Workbench
from helpers.exercises.workbench import RUNTIME, Machine, shown

TEMPLATE = "template.yaml"
BUILT = ".aws-sam/build"
STACK = "order-desk"
EXCHANGE = "exchange"
EXCHANGE_CODE = Path(__file__).parents[1] / "t16_1" / "starter" / "exchange" / "app.py"
ASKED = "exercise-table-1"
MOST = 5
"""So many orders at once the exchange takes."""
LONGEST = 20.0

Basket = list[Any]


def order(**fields: Any) -> dict[str, Any]:
    """A good order with an id of its own; `fields` take the place of its fields."""
    name = f"o-{uuid.uuid4().hex[:8]}"
    return {"id": name, "stock": "ACME", "side": "buy", "quantity": 5} | fields


class Desk:
    """The stack that the learner's files make, and the exchange beside it."""

    def __init__(self, bench: Workbench) -> None:
        """Deploy it, unless it stands. Raises NotYet where that fails, or an edge is missing."""
        self.bench = bench
        if not (Path(bench.folder) / TEMPLATE).is_file():
            raise NotYet(f"There is no {TEMPLATE} in the folder yet.", hint="no-template")
        if bench.stands:
            self.stack = bench.standing_stack(STACK)
        else:
            bench.trying("to deploy")
            self._make_exchange()
            self.stack = self._deployed()
        bench.let_stay()
        self.machine, self.book = self._edges()

    # -- what goes in

    def start(self, orders: Basket, name: str | None = None) -> Execution:
        """Start an execution for a basket, and return at once."""
        basket = {"basket": name or f"b-{uuid.uuid4().hex[:8]}", "orders": orders}
        return self.machine.start(basket, f"{basket['basket']}-{uuid.uuid4().hex[:8]}")

    def deal(self, orders: Basket, name: str | None = None, longest: float = LONGEST) -> Execution:
        """Give it a basket, and wait until its execution has ended."""
        return self.ended(self.start(orders, name), longest)

    def ended(self, run: Execution, longest: float = LONGEST) -> Execution:
        """Wait for the end. Raises NotYet (`does-not-end`) where there is none."""
        story = f"The basket {shown(run.input)} went in, and its execution"
        return self.machine.ended(run, story, longest)

    # -- what came of it

    def rows(self) -> dict[str, dict[str, Any]]:
        """The book, by Id."""
        return {str(row["Id"]): row for row in self.bench.items(self.book)}

    def carried_out(self) -> list[dict[str, Any]]:
        """What the exchange wrote of each order that it carried out."""
        said = self.bench.logged(f"/aws/lambda/{EXCHANGE}")
        return [json.loads(one) for one in said if one.startswith('{"order"')]

    def times_asked(self, orders: Iterable[dict[str, Any]]) -> dict[str, int]:
        """How often the exchange was asked for each order whose stock it counts."""
        asked = {one["id"]: one["Times"] for one in self.bench.items(ASKED)}
        return {one["id"]: asked.get(one["id"], 0) for one in orders}

    # -- how it is made

    def _make_exchange(self) -> None:
        table = self.bench.table("id")
        assert table == ASKED
        code = {"app.py": EXCHANGE_CODE.read_text(encoding="utf-8")}
        self.bench.function(EXCHANGE, code, timeout=20, variables={"ASKED": table})
        with ThreadPoolExecutor(MOST) as several:  # its first answers are no slower than the rest
            warm = [{"id": f"warm-{number}", "stock": "NONE"} for number in range(MOST)]
            for _ in several.map(lambda one: self.bench.invoke(EXCHANGE, one), warm):
                pass

    def _deployed(self) -> Stack:
        declared = self.bench.yaml(TEMPLATE)
        parameters = declared.get("Parameters") if isinstance(declared, dict) else None
        if not isinstance(parameters, dict) or "ExchangeName" not in parameters:
            raise NotYet(
                f"{TEMPLATE} takes no parameter ExchangeName, so nobody can tell the desk which "
                "exchange to ask.",
                hint="edges",
            )
        project = self._built(declared, parameters)
        return self.bench.stack(TEMPLATE, STACK, {"ExchangeName": EXCHANGE}, project)

    def _built(self, declared: dict[str, Any], parameters: dict[str, Any]) -> Path:
        """Where what is to be deployed lies: functions are built as the learner builds them."""
        resources = declared.get("Resources")
        kinds = [
            one.get("Type")
            for one in (resources.values() if isinstance(resources, dict) else ())
            if isinstance(one, dict)
        ]
        if (
            "AWS::Serverless::Function" not in kinds
            and "AWS::Serverless::LayerVersion" not in kinds
        ):
            return Path(self.bench.folder)
        self._code_is_there(declared)
        given = [f"ExchangeName={EXCHANGE}"]
        if "PythonRuntime" in parameters:
            given.append(f"PythonRuntime={RUNTIME}")
        command = ("sam", "build", "--template-file", TEMPLATE, "--build-dir", BUILT)
        ran = self.bench.run(*command, "--parameter-overrides", *given, timeout=60)
        if ran.code:
            raise NotYet(f"`sam build` failed: {ran.last_line}", hint="stack-failed")
        return Path(self.bench.folder) / BUILT

    def _code_is_there(self, declared: dict[str, Any]) -> None:
        """`sam build` skips a folder that is not there, and breaks off later over its own."""
        common = _section(_section(declared, "Globals"), "Function")
        for name, one in declared["Resources"].items():
            if not isinstance(one, dict) or one.get("Type") != "AWS::Serverless::Function":
                continue
            where = (common | _section(one, "Properties")).get("CodeUri")
            if (
                isinstance(where, str)
                and ":" not in where
                and not (Path(self.bench.folder) / where).exists()
            ):
                raise NotYet(
                    f"{TEMPLATE} says that the code of the function {name} is in {where}, and "
                    "there is nothing there.",
                    hint="no-code",
                )

    def _edges(self) -> tuple[Machine, str]:
        outputs = self.stack.outputs
        for name in ("DeskArn", "BookName"):
            if name not in outputs:
                has = ", ".join(outputs) or "none"
                raise NotYet(
                    f"The stack was deployed, and has no output {name} (it has {has}).",
                    hint="edges",
                )
        client = self.bench.client("stepfunctions")
        try:
            told = client.describe_state_machine(stateMachineArn=outputs["DeskArn"])
        except Exception:
            raise NotYet(
                f"The output DeskArn is {outputs['DeskArn']!r}, and no state machine has that ARN.",
                hint="edges",
            ) from None
        if told["type"] != "STANDARD":
            raise NotYet(
                f"The state machine DeskArn is of the type {told['type']}: nobody can look up how "
                "an execution of it ended.",
                hint="edges",
            )
        return Machine(client, outputs["DeskArn"], told["definition"]), self._book(outputs)

    def _book(self, outputs: dict[str, str]) -> str:
        name = outputs["BookName"]
        try:
            table = self.bench.client("dynamodb").describe_table(TableName=name)["Table"]
        except Exception:
            raise NotYet(
                f"The output BookName is {name!r}, and there is no such table.", hint="edges"
            ) from None
        keys = [(one["AttributeName"], one["KeyType"]) for one in table["KeySchema"]]
        kinds = {
            one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]
        }
        if keys != [("Id", "HASH")] or kinds.get("Id") != "S":
            said = ", ".join(f"{name} ({kinds[name]})" for name, _ in keys)
            raise NotYet(f"The book's key is {said}; it should be Id, a string.", hint="edges")
        return name


def _section(declared: dict[str, Any], name: str) -> dict[str, Any]:
    """A section of what is declared; an empty one where it is none: sam says so in its words."""
    section = declared.get(name)
    return section if isinstance(section, dict) else {}
