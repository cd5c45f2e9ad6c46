"""Executions that have ended are small on disk, and tell there what they told in memory."""

from dataclasses import replace
from types import SimpleNamespace

from helpers.localaws.stepfunctions.facts import Facts
from helpers.localaws.stepfunctions.store import LARGE, Store

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"
TEXT = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'


def facts(number, machine="m", definition=TEXT):
    arn = f"{MACHINE}{machine}:{number}".replace("stateMachine", "execution")
    return Facts(arn, str(number), MACHINE + machine, machine, "role", definition, number, "{}")


def run(store, told, output="{}"):
    """Begin an execution and let it succeed; returns its events."""
    events = [{"id": 1, "type": "ExecutionSucceeded", "output": output}]
    history = SimpleNamespace(events=events)
    execution = SimpleNamespace(facts=told, history=history)
    store.add(execution)
    execution.facts = replace(told, status="SUCCEEDED", output=output)
    store.finish(execution)
    return execution.facts, events


def write(store):
    harvest = store.harvest()
    harvest.write(store._base, harvest.packed())
    store.written(harvest)


def count(store, what="definitions"):
    return store._base.execute(f"SELECT count(*) FROM {what}").fetchone()[0]


def test_executions_tell_the_same_from_disk():
    store = Store()
    told = [run(store, facts(n, definition=TEXT + " " * (n % 2))) for n in range(6)]
    page, _ = store.page(MACHINE + "m", None, None, 10, None)
    write(store)
    assert not store.dirty
    for one, events in told:
        assert (store.facts(one.arn), store.history(one.arn)) == (one, events)
    assert store.page(MACHINE + "m", None, None, 10, None) == (page, None)
    assert store.page(MACHINE + "m", "RUNNING", None, 10, None) == ([], None)


def test_a_definition_is_kept_once_and_goes_with_its_machine():
    store = Store()
    for number in range(50):
        run(store, facts(number))
    run(store, facts(51, "other", TEXT + "\n"))
    write(store)
    assert (count(store), count(store, "executions")) == (2, 51)
    (largest,) = store._base.execute("SELECT max(length(facts)) FROM executions").fetchone()
    assert largest < 1000
    store.forget(MACHINE + "m")
    write(store)
    assert (count(store), count(store, "executions")) == (1, 1)
    again, _ = run(store, facts(52))
    write(store)
    assert store.facts(again.arn).definition == TEXT


def test_a_long_history_is_compressed():
    store = Store()
    short, events = run(store, facts(1), "x" * (LARGE // 2))
    long, more = run(store, facts(2), "x" * 20 * LARGE)
    write(store)
    (largest,) = store._base.execute("SELECT max(length(history)) FROM executions").fetchone()
    assert LARGE // 2 < largest < LARGE
    assert store.history(short.arn) == events and store.history(long.arn) == more


def test_a_definition_may_have_half_a_surrogate_pair():
    store = Store()
    told, _ = run(store, facts(1, definition=TEXT + "\ud800é"))
    write(store)
    assert store.facts(told.arn) == told


def test_many_definitions_are_not_all_kept_in_memory():
    store = Store()
    told = [run(store, facts(n, definition=TEXT + " " * n))[0] for n in range(40)]
    write(store)
    assert [store.facts(one.arn) for one in told] == told
    assert len(store._texts) <= 16
