"""Operations that are cut off: taken up again from what was kept, and left alone by a reset."""

import json
import pickle
import threading
import time

import pytest

from tests.workshop import until

pytest.importorskip("moto")


@pytest.fixture(scope="module")
def package():
    """The package with its backend, in this process."""
    from helpers.localaws import cloudformation

    cloudformation.install()
    return cloudformation


@pytest.fixture
def backend(package):
    """One account's stacks in a region that no other test uses."""
    from helpers.localaws.cloudformation.backend import cloudformation_backends

    backend = cloudformation_backends["123456789012"]["eu-west-3"]
    backend.stacks.clear()
    backend.change_sets.clear()
    return backend


class Gate:
    """A resource type whose creation, update or deletion waits until it is let through."""

    words_before = ""

    def __init__(self):
        self.reached, self.open = threading.Event(), threading.Event()
        self.existing = set()
        self.fails = False

    def create(self, request):
        from helpers.localaws.cloudformation.resources.base import Made

        self._wait(request)
        self.existing.add(request.logical_id)
        return Made(f"physical-{request.logical_id}", {})

    def update(self, request):
        self._wait(request)

    def delete(self, request):
        self.existing.discard(request.logical_id)

    def replaces(self, request):
        return False

    def remark(self, logical_id, properties):
        return None

    def exists(self, request):
        return request.logical_id in self.existing

    def _wait(self, request):
        if request.properties.get("Wait"):
            self.reached.set()
            assert self.open.wait(30)
            assert not self.fails


@pytest.fixture
def gate(monkeypatch):
    from helpers.localaws.cloudformation import resources

    gate, real = Gate(), resources.handler
    monkeypatch.setattr(
        resources, "handler", lambda name: gate if name == "AWS::SQS::Queue" else real(name)
    )
    # the gate's own property is none of a queue's
    monkeypatch.setattr("helpers.localaws.cloudformation.schema.violations", lambda *_: [])
    yield gate
    gate.open.set()


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def body(**resources):
    return json.dumps({"Resources": resources})


def request(**resources):
    from helpers.localaws.cloudformation.stack import StackRequest

    return StackRequest(body(**resources))


def kept(backend):
    """What a snapshot of this moment would bring back after a kill."""
    return pickle.loads(pickle.dumps((backend.stacks, backend.change_sets)))


def settle(backend, stack_id):
    until(lambda: not backend.stacks[stack_id].busy)
    return backend.stacks[stack_id]


def interrupted(package, backend, gate):
    """Snapshot while the gate holds an operation, then stop it and bring the snapshot back."""
    assert gate.reached.wait(20)
    stacks, change_sets = kept(backend)
    stopping = threading.Thread(target=package.stop_all)
    stopping.start()
    time.sleep(0.05)
    gate.open.set()
    stopping.join()
    backend.stacks, backend.change_sets = stacks, change_sets


def test_an_interrupted_creation_is_rolled_back(package, backend, gate):
    stack = backend.create_stack(
        "cut", request(A=queue(), B={**queue(Wait=True), "DependsOn": "A"})
    )
    interrupted(package, backend, gate)
    assert backend.recover() == ["cut"]
    settled = settle(backend, stack.id)
    assert settled.status == "ROLLBACK_COMPLETE"
    assert "A" not in gate.existing
    reasons = [e.reason for e in settled.events if e.status == "ROLLBACK_IN_PROGRESS"]
    assert "The local endpoint was stopped while this operation was under way" in reasons[0]


def test_an_interrupted_update_goes_back(package, backend, gate):
    stack = backend.create_stack("cut", request(A=queue(DelaySeconds=1)), wait=True)
    backend.update_stack(
        stack, request(New=queue(), A={**queue(DelaySeconds=2, Wait=True), "DependsOn": "New"})
    )
    interrupted(package, backend, gate)
    backend.recover()
    settled = settle(backend, stack.id)
    assert settled.status == "UPDATE_ROLLBACK_COMPLETE"
    assert settled.resources["A"].properties == {"DelaySeconds": 1}
    assert set(settled.resources) == {"A"}
    assert "New" not in gate.existing


def test_an_interrupted_deletion_is_finished(package, backend, gate):
    stack = backend.create_stack("cut", request(A=queue(), B=queue()), wait=True)
    stack.move("DELETE_IN_PROGRESS", "User Initiated")
    backend.stacks, backend.change_sets = kept(backend)
    backend.recover()
    settled = settle(backend, stack.id)
    assert settled.status == "DELETE_COMPLETE"
    assert gate.existing == set()


def test_what_is_being_created_can_be_deleted(backend, gate):
    """The step under way comes to its end, no other begins, and all that is there goes."""
    body = request(
        A=queue(),
        B={**queue(Wait=True), "DependsOn": "A"},
        C={**queue(), "DependsOn": "B"},
    )
    stack = backend.create_stack("given-up", body)
    assert gate.reached.wait(20)
    backend.delete_stack("given-up")
    assert stack.status == "DELETE_IN_PROGRESS"
    assert gate.existing == {"A"}
    gate.open.set()
    assert settle(backend, stack.id).status == "DELETE_COMPLETE"
    assert gate.existing == set()
    told = [event.status for event in stack.events if event.logical_id == "given-up"]
    assert told == ["CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    assert "C" not in [event.logical_id for event in stack.events]


def test_a_creation_that_fails_while_it_is_given_up_is_deleted(backend, gate):
    stack = backend.create_stack("given-up", request(A=queue(Wait=True)))
    assert gate.reached.wait(20)
    backend.delete_stack("given-up")
    gate.fails = True
    gate.open.set()
    assert settle(backend, stack.id).status == "DELETE_COMPLETE"
    assert "ROLLBACK_IN_PROGRESS" not in [event.status for event in stack.events]


def test_what_is_being_updated_cannot_be_deleted(backend, gate):
    from helpers.localaws.cloudformation.errors import ValidationError

    stack = backend.create_stack("busy", request(A=queue()), wait=True)
    backend.update_stack(stack, request(A=queue(Wait=True)))
    assert gate.reached.wait(20)
    with pytest.raises(ValidationError) as refused:
        backend.delete_stack("busy")
    gate.open.set()
    assert refused.value.message == (
        f"Stack [{stack.id}] cannot be deleted while in status UPDATE_IN_PROGRESS"
    )
    settle(backend, stack.id)


def test_a_change_set_that_was_being_executed_has_failed(package, backend, gate):
    change_set = backend.create_change_set("cut", "c", "CREATE", request(A=queue(Wait=True)))
    backend.execute_change_set(change_set)
    interrupted(package, backend, gate)
    backend.recover()
    settle(backend, change_set.stack_id)
    assert backend.change_sets[change_set.id].execution == "EXECUTE_FAILED"


def test_a_reset_leaves_no_operation_behind(package, backend, gate):
    stack = backend.create_stack(
        "cut", request(A=queue(Wait=True), B={**queue(), "DependsOn": "A"})
    )
    assert gate.reached.wait(20)
    backend.stacks = {}  # what a reset does
    gate.open.set()
    assert package.stop_all()
    assert "B" not in gate.existing
    assert stack.status == "CREATE_IN_PROGRESS"


def test_stopping_again_and_again_changes_nothing(package):
    assert package.stop_all()
    assert package.stop_all()
