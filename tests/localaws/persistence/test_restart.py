"""Nothing is lost across a restart: after `stop` and `start`, and after kill -9."""

import itertools
import json
import os
import random
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from botocore.config import Config
from kept_world import MACHINE, ROLE, TABLE, waiting_machine

from helpers.localaws.persistence import book
from tests.workshop import until

AT_ONCE = Config(retries={"total_max_attempts": 1})
"""For what writes until the endpoint is dead: it need not try again for half a minute."""


def test_all_is_there_after_stop(world):
    before = world.told()
    world.restart("stop")
    assert world.told() == before


def test_all_is_there_after_kill(world):
    world.run_once()
    world.settle()
    before = world.told()
    world.restart("kill")
    assert world.told() == before


def test_the_clock_and_the_market_go_on(world):
    world.endpoint.control("/_local/market", {"seed": 5})
    world.run_once()
    world.settle()
    before = world.endpoint.control("/_local/status")
    world.restart("kill")
    after = world.endpoint.control("/_local/status")
    assert after["offset"] == before["offset"] > 80000
    assert (after["mode"], after["market_seed"]) == (before["mode"], 5)
    assert after["next"] == before["next"]


def test_the_rule_fires_on_and_neither_twice_nor_never(world):
    """Across a kill in between, the hours of a day have one execution each."""
    sfn = world.endpoint.client("stepfunctions")

    def hours():
        found = sfn.get_paginator("list_executions").paginate(stateMachineArn=MACHINE)
        started = [one["startDate"] for page in found for one in page["executions"]]
        return sorted(at.replace(microsecond=0) for at in started)

    world.endpoint.control("/_local/clock", {"advance": 12 * 3600})
    world.settle()
    world.restart("kill")
    world.endpoint.control("/_local/clock", {"advance": 12 * 3600})
    fired = hours()[-24:]
    steps = {(b - a).total_seconds() for a, b in itertools.pairwise(fired)}
    assert len(fired) == 24 and all(abs(step - 3600) <= 1 for step in steps), fired


def test_a_rule_that_was_due_while_it_was_stopped_fires_once(world):
    """Three seconds for a rule of every minute: the saved time is put back, and passes."""
    events, sfn = world.endpoint.client("events"), world.endpoint.client("stepfunctions")
    events.put_rule(Name="minute", ScheduleExpression="rate(1 minute)")
    waiting = MACHINE.replace("trader", "waiting")
    events.put_targets(
        Rule="minute", Targets=[{"Id": "t", "Arn": waiting, "Input": "{}", "RoleArn": ROLE}]
    )
    before = len(sfn.list_executions(stateMachineArn=waiting)["executions"])
    world.settle()
    world.stop()
    world.pass_time(600)
    world.start()
    until(lambda: len(sfn.list_executions(stateMachineArn=waiting)["executions"]) > before)
    events.remove_targets(Rule="minute", Ids=["t"])
    events.delete_rule(Name="minute")
    found = sfn.list_executions(stateMachineArn=waiting)["executions"]
    assert len(found) == before + 1
    sfn.stop_execution(executionArn=found[0]["executionArn"])


def test_executions_that_ran_are_failed_and_can_be_redriven(world):
    arn = world.start_waiting()
    world.settle()
    time.sleep(1.5)  # old enough to be written with its history
    world.restart("kill")
    sfn = world.endpoint.client("stepfunctions")
    found = sfn.describe_execution(executionArn=arn)
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
    assert "endpoint ended while this execution was running" in found["cause"]
    assert "redrive-execution" in found["cause"]
    assert found["redriveStatus"] == "REDRIVABLE"
    events = sfn.get_execution_history(executionArn=arn)["events"]
    assert [event["type"] for event in events] == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "TaskStateEntered",
        "TaskScheduled", "TaskStarted", "TaskSubmitted", "ExecutionFailed",
    ]  # fmt: skip
    assert [event["id"] for event in events] == list(range(1, 9))
    status = world.endpoint.control("/_local/status")["state"]
    assert status["ended_executions"] == 1
    assert "1 execution that was running is FAILED now" in world.endpoint.command("status").stdout
    world.endpoint.client("sqs").purge_queue(QueueUrl=world.queue)
    sfn.redrive_execution(executionArn=arn)
    token = world.token()
    sfn.send_task_success(taskToken=token, output='"done"')
    until(lambda: sfn.describe_execution(executionArn=arn)["status"] == "SUCCEEDED")
    kinds = [e["type"] for e in sfn.get_execution_history(executionArn=arn)["events"]]
    assert kinds.count("PassStateEntered") == 1, "it went on where it was"


def test_executions_that_ran_at_stop_too(world):
    arn = world.start_waiting()
    world.restart("stop")
    sfn = world.endpoint.client("stepfunctions")
    assert sfn.describe_execution(executionArn=arn)["status"] == "FAILED"
    events = sfn.get_execution_history(executionArn=arn)["events"]
    assert events[-2]["type"] in ("TaskStarted", "TaskSubmitted")


def test_a_machine_that_was_being_deleted_is_gone(world):
    sfn = world.endpoint.client("stepfunctions")
    like = sfn.describe_state_machine(stateMachineArn=MACHINE.replace("trader", "waiting"))
    made = {"name": "doomed", "definition": like["definition"], "roleArn": like["roleArn"]}
    doomed = sfn.create_state_machine(**made)["stateMachineArn"]
    before = world.messages()
    sfn.start_execution(stateMachineArn=doomed)
    until(lambda: world.messages() > before)
    sfn.delete_state_machine(stateMachineArn=doomed)
    assert sfn.describe_state_machine(stateMachineArn=doomed)["status"] == "DELETING"
    world.settle()
    world.restart("kill")
    sfn = world.endpoint.client("stepfunctions")
    listed = sfn.list_state_machines()["stateMachines"]
    assert doomed not in [one["stateMachineArn"] for one in listed]
    assert sfn.create_state_machine(**made)["stateMachineArn"] == doomed
    assert sfn.list_executions(stateMachineArn=doomed)["executions"] == []
    sfn.delete_state_machine(stateMachineArn=doomed)


def test_killed_while_fifty_executions_run(world):
    """Each is FAILED or has its item, and none has succeeded without it."""
    sfn = world.endpoint.client("stepfunctions")
    starting = world.endpoint.client("stepfunctions", config=AT_ONCE)
    started = []

    def start():
        while True:
            try:
                started.append(starting.start_execution(stateMachineArn=MACHINE)["executionArn"])
            except Exception:  # it is dead
                return

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(started) > 50)
    time.sleep(random.random())
    world.kill()
    for thread in threads:
        thread.join()
    world.start()
    found = sfn.get_paginator("list_executions").paginate(stateMachineArn=MACHINE)
    executions = [one for page in found for one in page["executions"]]
    status = {one["name"]: one["status"] for one in executions}
    assert set(status.values()) <= {"SUCCEEDED", "FAILED"}
    pages = world.endpoint.client("dynamodb").get_paginator("scan").paginate(TableName=TABLE)
    items = {item["Id"]["S"] for page in pages for item in page["Items"]}
    assert {name for name, state in status.items() if state == "SUCCEEDED"} <= items
    assert world.run_once()["status"] == "SUCCEEDED"


def write(dynamodb, s3, attempt, acknowledged):
    """Write until the endpoint is dead; note what was acknowledged, and when."""
    for number in itertools.count():
        key = f"{attempt}-{number}"
        try:
            dynamodb.put_item(TableName=TABLE, Item={"Id": {"S": key}})
            s3.put_object(Bucket="bucket", Key=key, Body=key.encode())
            dynamodb.update_item(
                TableName=TABLE, Key={"Id": {"S": "counter"}},
                UpdateExpression="SET n = :n",
                ExpressionAttributeValues={":n": {"N": str(number)}},
            )  # fmt: skip
        except Exception:  # it is dead
            return
        acknowledged.append((time.monotonic(), number))


def test_what_was_acknowledged_a_second_before_is_never_lost(world):
    """Numbered items, objects and log lines, written without pause, and a kill at any moment."""
    dynamodb = world.endpoint.client("dynamodb")
    s3 = world.endpoint.client("s3")
    for attempt in range(2):
        put, store = (world.endpoint.client(name, config=AT_ONCE) for name in ("dynamodb", "s3"))
        acknowledged = []
        writer = threading.Thread(target=write, args=(put, store, attempt, acknowledged))
        writer.start()
        until(lambda acknowledged=acknowledged: acknowledged)
        time.sleep(1.2 + random.random())
        killed = time.monotonic()
        world.kill()
        writer.join()
        world.start()
        sure = [number for when, number in acknowledged if when < killed - world.grace]
        pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE)
        items = {item["Id"]["S"] for page in pages for item in page["Items"]}
        assert {f"{attempt}-{number}" for number in sure} <= items
        listed = s3.get_paginator("list_objects_v2").paginate(Bucket="bucket")
        keys = {one["Key"] for page in listed for one in page.get("Contents", [])}
        assert {f"{attempt}-{number}" for number in sure} <= keys
        for number in sure[-3:]:
            key = f"{attempt}-{number}"
            assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == key.encode()
        counter = dynamodb.get_item(TableName=TABLE, Key={"Id": {"S": "counter"}})["Item"]
        assert int(counter["n"]["N"]) >= sure[-1]


def test_asynchronous_events_run_again(world):
    """An event that waits for its second try is tried after the restart."""
    lambda_ = world.endpoint.client("lambda")
    lambda_.invoke(FunctionName="fails", InvocationType="Event", Payload=b'{"n": 1}')
    until(lambda: world.tries("fails") >= 1)
    world.settle()
    tried = world.tries("fails")
    world.restart("kill")
    world.endpoint.control("/_local/clock", {"advance": 600})
    assert tried <= 3 and world.tries("fails") == 3


def test_reset_empties_the_disk_at_once(world):
    world.endpoint.control("/_local/reset", {})
    world.restart("kill")
    assert world.endpoint.client("dynamodb").list_tables()["TableNames"] == []
    assert world.endpoint.client("s3").list_buckets()["Buckets"] == []
    assert world.endpoint.client("stepfunctions").list_state_machines()["stateMachines"] == []
    status = world.endpoint.control("/_local/status")
    assert (status["offset"], status["market_seed"], status["state"]["trouble"]) == (0, None, None)
    kept = list((world.endpoint.home / "state" / "contents").iterdir())
    assert kept == []
    world.make()


@pytest.fixture(scope="class")
def made_again_afterwards(world):
    """The world is made again after the last test of a class."""
    yield
    world.make()


@pytest.mark.usefixtures("made_again_afterwards")
class TestAStateThatCannotBeRead:
    """It is renamed with a sentence, and the endpoint starts empty and works."""

    @pytest.mark.parametrize("how", ["version", "garbage", "pickle"])
    def test_it_is_set_aside(self, world, how):
        sqs = world.endpoint.client("sqs")
        sqs.create_queue(QueueName=how)  # what the case before left is empty
        world.stop()
        before = self.aside(world)
        self.spoil(world.endpoint.home / "state" / "state.sqlite", how)
        done = world.endpoint.command("start")
        assert (done.returncode, done.stdout.strip()) == (0, world.endpoint.url)
        said = done.stderr
        assert "cannot be used" in said and "set-aside" in said and "Traceback" not in said
        (folder,) = self.aside(world) - before
        assert str(folder) in said and (folder / "state.sqlite").exists()
        assert world.endpoint.client("dynamodb").list_tables()["TableNames"] == []
        assert "QueueUrls" not in sqs.list_queues()
        sqs.create_queue(QueueName="works")

    def aside(self, world):
        return {p for p in world.endpoint.home.iterdir() if p.name.startswith("state-set-aside")}

    def spoil(self, file, how):
        if how == "garbage":
            file.write_bytes(b"this is no database" * 1000)
            return
        with sqlite3.connect(file) as base:
            if how == "version":
                base.execute("UPDATE notes SET value = '5.0.0' WHERE name = 'moto'")
            else:
                base.execute("UPDATE notes SET value = ? WHERE name = 'world'", (b"\x80\x05",))
        base.close()


def test_two_states_set_aside_in_one_second_are_both_kept(tmp_path):
    kept = set()
    for n in range(3):
        folder = tmp_path / "state"
        folder.mkdir()
        (folder / "mine").write_text(str(n))
        kept.add(book.set_aside(folder, "a test").partition("kept in ")[2].partition(",")[0])
    assert {(Path(folder) / "mine").read_text() for folder in kept} == {"0", "1", "2"}


def test_a_map_run_that_ran(world):
    sfn = world.endpoint.client("stepfunctions")
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **json.loads(waiting_machine(world.queue)),
    }
    definition = {"StartAt": "M", "States": {"M": {
        "Type": "Map", "ItemProcessor": inner, "ItemsPath": "$.items", "End": True}}}  # fmt: skip
    arn = sfn.create_state_machine(
        name="mapping", definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]  # fmt: skip
    execution = sfn.start_execution(stateMachineArn=arn, input='{"items": [1, 2]}')["executionArn"]
    until(lambda: world.messages() >= 2)
    world.settle()
    world.restart("kill")
    assert sfn.describe_execution(executionArn=execution)["status"] == "FAILED"
    run = sfn.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    found = sfn.describe_map_run(mapRunArn=run)
    assert found["status"] == "FAILED"
    assert found["itemCounts"]["running"] == found["itemCounts"]["pending"] == 0
    children = sfn.list_executions(mapRunArn=run)["executions"]
    assert [child["status"] for child in children] == ["FAILED", "FAILED"]


def test_kill_is_not_noticed_by_who_started_it(world):
    """A stale note of a dead process harms nobody: start takes the same port."""
    os.kill(world.pid(), signal.SIGKILL)
    done = world.endpoint.command("start")
    assert (done.returncode, done.stdout.strip()) == (0, world.endpoint.url)
    assert world.run_once()["status"] == "SUCCEEDED"
