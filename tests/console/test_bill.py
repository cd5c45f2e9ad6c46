"""The bill: what was used is counted and priced, what stands there idle is named."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from helpers import prices
from helpers.console import billing
from helpers.usage import Used
from tests.console.conftest import Machines, visiting
from tests.workshop import make_function

ECHO = "def handler(event, context):\n    return event\n"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(0.01)\n"
ROW = re.compile(r'<tr><th scope="row">([^<]*)</th><td class="number">([^<]*)</td>')


@pytest.fixture(scope="module")
def used(module_endpoint):
    """What was used on an endpoint of its own: three runs, two calls, a table, an alarm."""
    client, role = module_endpoint.client, module_endpoint.role("all", allow="*")
    machines = Machines(client("stepfunctions"), role)
    machine = machines.make({"Type": "Pass", "Next": "Last"}, Last={"Type": "Succeed"})
    for _ in range(5):
        machines.run(machine)
    function = make_function(client("lambda"), role, ECHO)["FunctionName"]
    for _ in range(2):
        client("lambda").invoke(FunctionName=function, Payload=b"{}")
    key = {
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
    }
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2}
    client("dynamodb").create_table(TableName="kept", ProvisionedThroughput=units, **key)
    client("dynamodb").create_table(TableName="asked", BillingMode="PAY_PER_REQUEST", **key)
    for n in range(7):
        client("dynamodb").put_item(TableName="asked", Item={"Id": {"S": str(n)}})
    client("cloudwatch").put_metric_alarm(
        AlarmName="one", Namespace="Own", MetricName="m", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    client("events").put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    return module_endpoint


@pytest.fixture(scope="module")
def bill(used):
    """The page, and a visitor of its console."""
    with visiting(used.env) as visitor:
        yield visitor.words("/bill"), visitor


def test_what_was_used_is_counted_and_priced(bill):
    page, _ = bill
    counts = {what: told.partition(" ")[0] for what, told in ROW.findall(page)}
    assert counts[prices.TRANSITIONS] == "10" and counts[prices.REQUESTS] == "2"
    assert counts[prices.WRITES_ON_DEMAND] == "7"
    assert prices.WRITES in counts and prices.SECONDS in counts and prices.LOGGED in counts
    transitions = Used(prices.TRANSITIONS, 10)
    row = page.split(prices.TRANSITIONS)[1].split("</tr>")[0]
    assert prices.said(transitions.dollars) in row and "4,000 transitions" in row
    assert prices.PRICES[prices.TRANSITIONS].address in row and prices.PRICES_AS_OF in page
    assert "5 executions, each 2 states (as the latest 3 on average)" in page


def test_what_an_idle_month_costs_is_named_with_its_reason(bill):
    page = bill[0].split("What an idle month costs</h2>")[1]
    kept = re.split(r'<th scope="row">(?:<a[^>]*>)?kept<', page)[1].split("</tr>")[0]
    dollars = prices.PRICES[prices.WRITES].cost(2 * 730) + prices.PRICES[prices.READS].cost(3 * 730)
    assert prices.said(dollars) in kept and "1,460 unit-hours at $0.00065" in kept
    assert "on demand: only what it keeps" in page and '<a href="/alarms">1 alarm</a>' in page
    assert "1 rule or schedule is enabled" in page


def test_another_month_is_chosen_and_nonsense_is_this_one(bill):
    _, visitor = bill
    before = datetime.now(UTC).year - 1
    page = visitor.words(f"/bill?month={before}-12")
    assert "Nothing that could be counted was used in this month." in page
    assert "An idle month costs <strong>$" in page
    for month in ("2026-99", "<b>", "1999-01"):
        assert prices.TRANSITIONS in visitor.words(f"/bill?month={month}").split("<h2>")[1]


def test_what_is_gone_is_said(used, bill):
    _, visitor = bill
    client = used.client("lambda")
    function = make_function(client, used.role("gone", allow="*"), SLOW)
    client.invoke(FunctionName=function["FunctionName"], Payload=b"{}")
    client.delete_function(FunctionName=function["FunctionName"])
    assert "of functions that are gone are not counted" in visitor.words("/bill")


def test_on_an_account_it_is_said_what_was_asked(account):
    page = account.words("/bill")
    assert "This page asked CloudWatch for" in page and "Cost Explorer was not asked" in page


def test_what_is_free_is_taken_off_once():
    used = Used(prices.TRANSITIONS, 5000)
    assert used.dollars == 5 * used.after


class _Aws:
    """Has thirty state machines."""

    def pages(self, *asked):
        return [
            {"type": "STANDARD", "stateMachineArn": f"arn:{n}", "name": f"m{n}"} for n in range(30)
        ]


class _Metrics:
    """The nth was started n times."""

    def totals(self, metrics):
        return [Decimal(dimensions["StateMachineArn"][4:]) for _, _, dimensions in metrics]

    def express(self):
        return Decimal(0), Decimal(0)


def test_of_many_state_machines_the_busiest_are_looked_at(monkeypatch):
    looked = []
    monkeypatch.setattr(
        billing, "_states", lambda aws, arn, most: looked.append(arn) or (2 * most, most)
    )
    part = billing.step_functions(_Aws(), _Metrics())
    assert looked == [f"arn:{n}" for n in range(29, 9, -1)]
    assert part.lines == [Used(prices.TRANSITIONS, 2 * sum(range(10, 30)))]
    assert part.notes[-1].startswith("45 executions of less busy state machines are not counted")
