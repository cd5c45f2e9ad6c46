"""The pages of state machines: executions by time, versions and aliases, logging, a start."""

from datetime import timedelta

import pytest

HERE = {"Type": "Pass", "End": True}


@pytest.fixture(scope="module")
def machine(machines):
    return machines.make(HERE)


def test_executions_are_filtered_by_when_they_started(visitor, states, machines, machine):
    run = machines.run(machine)
    began = states.describe_execution(executionArn=run)["startDate"]

    def shown(**query):
        asked = "&".join(f"{key}={value:%Y-%m-%dT%H:%M:%S}" for key, value in query.items())
        return visitor.words(f"/machines/{machine}?{asked}")

    before, after = began - timedelta(hours=1), began + timedelta(hours=1)
    assert run in shown(**{"from": before, "to": after})
    later, earlier = shown(**{"from": after}), shown(to=before)
    for page in (later, earlier):
        assert run not in page and "There is none." in page and "no filter by time" in page


def test_no_time_is_refused(visitor, machine):
    answer = visitor.get(f"/machines/{machine}?from=yesterday")
    assert answer.status_code == 400 and "is no time" in answer.text


def test_a_machine_s_versions_and_aliases_have_pages_and_can_be_started(visitor, states, machine):
    version = states.publish_state_machine_version(stateMachineArn=machine)
    version = version["stateMachineVersionArn"]
    alias = states.create_state_machine_alias(
        name="live",
        routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}],
    )["stateMachineAliasArn"]
    page = visitor.words(f"/machines/{machine}")
    assert f'href="/machines/{version}"' in page and "version 1: 100 %" in page
    run = visitor.post(f"/machines/{machine}", input="{}", version=alias)
    assert "by the alias live" in run.text
    page = visitor.words(f"/machines/{alias}")
    assert run.url.partition("/executions/")[2] in page and f'href="/machines/{machine}"' in page


def test_an_execution_gets_the_name_that_was_typed(visitor, machine):
    answer = visitor.post(f"/machines/{machine}", input='{"price": 2}', called="first-one")
    assert "<h1>first-one</h1>" in answer.text
    again = visitor.post(f"/machines/{machine}", input='{"price": 3}', called="first-one")
    assert (
        again.status_code == 400 and "first-one" in again.text and "&quot;price&quot;" in again.text
    )


def test_a_machine_says_what_it_logs_and_what_stands_out(visitor, machines, machine):
    page = visitor.words(f"/machines/{machine}")
    assert "<dt>Logging</dt><dd>off" in page and "<dt>Tracing</dt><dd>off" in page
    assert "Nothing is wrong with the definition" in page


def test_an_input_that_is_too_deep_is_refused_in_words(visitor, machine):
    answer = visitor.post(f"/machines/{machine}", input="[" * 100_000)
    assert answer.status_code == 400 and "nothing was started" in answer.text
