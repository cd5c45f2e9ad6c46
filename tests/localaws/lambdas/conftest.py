"""Functions for these tests, made in this process: no HTTP, no stack, real worker processes."""

import base64
import json
import sys
import textwrap
import uuid

import pytest

from helpers.localaws import lambdas
from helpers.localaws.account import ACCOUNT, REGION
from helpers.localaws.lambdas import market
from helpers.localaws.turns.clock import clock
from tests.workshop import RUNTIME, make_function, trust, zipped


def encoded(files):
    """A zip of {name: text or bytes}, as the Lambda API takes it."""
    return base64.b64encode(zipped(files)).decode()


class Functions:
    """Makes and runs functions."""

    encoded = staticmethod(encoded)

    def __init__(self):
        from moto.awslambda.models import lambda_backends
        from moto.iam.models import iam_backends
        from moto.logs.models import logs_backends

        self.backend = lambda_backends[ACCOUNT][REGION]
        self.logs = logs_backends[ACCOUNT][REGION]
        iam = iam_backends[ACCOUNT]["aws"]
        name = f"role-{uuid.uuid4().hex[:8]}"
        of_lambda = json.dumps(trust("lambda"))
        self.role = iam.create_role(name, of_lambda, "/", None, "", [], "3600").arn
        self.made = []

    def make(self, source="", files=None, handler="app.handler", **configuration):
        """Create a function from the text of its app.py; returns its ARN."""
        name = configuration.pop("FunctionName", None) or f"fn-{uuid.uuid4().hex[:10]}"
        files = files or {"app.py": textwrap.dedent(source)}
        spec = {
            "FunctionName": name,
            "Runtime": RUNTIME,
            "Role": self.role,
            "Handler": handler,
            "Code": {"ZipFile": encoded(files)},
            "Timeout": 10,
            "MemorySize": 256,
            **configuration,
        }
        function = self.backend.create_function(spec)
        self.made.append(name)
        return function.function_arn

    def code(self, arn, source):
        """Give a function other code."""
        packed = encoded({"app.py": textwrap.dedent(source)})
        self.backend.update_function_code(arn, None, {"ZipFile": packed})

    def run(self, arn, event=None, **options):
        """Invoke it; returns the result."""
        return lambdas.invoke(
            arn, json.dumps(event if event is not None else {}).encode(), **options
        )

    def value(self, arn, event=None, **options):
        """Invoke it and return what it returned; fails if it failed."""
        result = self.run(arn, event, **options)
        assert result.error is None, result.payload
        return json.loads(result.payload)

    def error(self, arn, event=None, **options):
        """Invoke it and return the error object; fails if it did not fail."""
        result = self.run(arn, event, **options)
        assert result.error == "Unhandled", result.payload
        return json.loads(result.payload)

    def messages(self, arn):
        """All log messages of a function, over its streams."""
        group = self.logs.groups.get(f"/aws/lambda/{arn.split(':')[6]}")
        streams = list(group.streams.values()) if group else ()  # workers add to them meanwhile
        return [event.message for stream in streams for event in list(stream.events)]


@pytest.fixture
def functions(monkeypatch):
    """A new Lambda without workers; what a test makes is gone afterwards."""
    import moto.awslambda.models  # so that install() hooks it now

    monkeypatch.delenv("LOCALAWS_MARKET_SEED", raising=False)
    market.set_seed(None)
    lambdas.install()
    # An earlier test of this process may have made moto's own backend, before the hooks.
    moto.awslambda.models.lambda_backends.clear()
    made = Functions()
    yield made
    for name in made.made:
        try:
            made.backend.delete_function(name)
        except Exception:  # deleted by the test
            continue
    lambdas.reset()
    market.set_seed(None)


@pytest.fixture(params=["fork", "spawn"])
def both_ways(request, monkeypatch):
    """Run the test with forked workers and with workers started afresh."""
    if request.param == "fork" and sys.platform != "linux":
        pytest.skip("workers are forked on Linux only")
    monkeypatch.setenv("LOCALAWS_LAMBDA_START", request.param)
    return request.param


@pytest.fixture
def moved_clock():
    """The simulated clock, put back afterwards."""
    yield clock
    clock.reset()


@pytest.fixture(scope="module")
def role(endpoint):
    """An execution role on the running endpoint."""
    return endpoint.role(f"role-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def make(endpoint, role):
    """Makes functions on the running endpoint; they are deleted afterwards."""
    client = endpoint.client("lambda")
    names = []

    def make(source, **configuration):
        name = make_function(client, role, source, **configuration)["FunctionName"]
        names.append(name)
        return name

    yield make
    for name in names:
        client.delete_function(FunctionName=name)
