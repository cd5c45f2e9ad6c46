"""What helpers/localaws/lambdas takes for granted about moto 5.2.5 and awslambdaric.

Each test holds one hook; when it fails, moto (or awslambdaric) has changed there.
"""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.localaws.account import ACCOUNT, REGION
from helpers.localaws.lambdas import interpreters


@pytest.fixture(scope="module")
def hooked():
    """moto's Lambda, with the hooks in."""
    import moto.awslambda.models as models

    from helpers.localaws import lambdas

    lambdas.install()
    yield models
    lambdas.stop_all()


def parameters(function):
    """The names of a function's parameters."""
    return list(inspect.signature(function).parameters)


def test_hook_backend(hooked):
    backend = hooked.lambda_backends[ACCOUNT][REGION]
    assert type(backend).__name__ == "LocalLambdaBackend", (
        "hook lambda_backends.backend: moto no longer makes its backends from it"
    )
    assert backend.url_paths, "hook LocalLambdaBackend._url_module: moto finds the URLs otherwise"


def test_hook_backend_methods():
    from moto.awslambda.models import LambdaBackend

    expected = {
        "create_function": ["self", "spec"],
        "delete_function": ["self", "function_name", "qualifier"],
        "get_function": ["self", "function_name_or_arn", "qualifier"],
        "get_alias": ["self", "name", "function_name"],
        "update_function_configuration": ["self", "function_name", "qualifier", "body"],
        "put_function_event_invoke_config": ["self", "function_name", "config"],
        "update_function_event_invoke_config": ["self", "function_name", "config"],
        "get_function_event_invoke_config": ["self", "function_name"],
        "delete_function_event_invoke_config": ["self", "function_name"],
        "list_function_event_invoke_configs": ["self", "function_name"],
        "list_versions_by_function": ["self", "function_name"],
        "layers_versions_by_arn": ["self", "layer_version_arn"],
        "invoke": ["self", "function_name", "qualifier", "body", "headers", "response_headers"],
        "publish_version": ["self", "function_name", "description"],
        "update_function_code": ["self", "function_name", "qualifier", "body"],
        "create_event_source_mapping": ["self", "spec"],
        "update_event_source_mapping": ["self", "uuid", "spec"],
        "list_event_source_mappings": ["self", "event_source_arn", "function_name"],
        "create_alias": [
            "self",
            "name",
            "function_name",
            "function_version",
            "description",
            "routing_config",
        ],
    }
    for name, wanted in expected.items():
        found = parameters(getattr(LambdaBackend, name))
        assert found == wanted, f"hook LambdaBackend.{name}: moto's takes {found} now"


def test_hook_layer_version(hooked):
    from helpers.localaws.lambdas.errors import InvalidParameter

    spec = {"LayerName": "layer", "Content": {"ZipFile": "bm8gemlw"}}
    try:
        layer = hooked.LayerVersion(spec, account_id=ACCOUNT, region=REGION)
    except InvalidParameter:
        return
    pytest.fail(f"hook LayerVersion.__init__: moto keeps {layer.code_bytes!r} without it")


def test_hook_function_invoke(hooked):
    assert hooked.LambdaFunction.invoke.__module__ == "helpers.localaws.lambdas.functions"
    callers = inspect.getsource(hooked.LambdaBackend)
    assert "func.invoke(" in callers, (
        "hook LambdaFunction.invoke: moto's services no longer call a function by it"
    )


def test_hook_function_code():
    from helpers.localaws.lambdas import functions

    assert parameters(functions.plain_set_code) == ["self", "updated_spec"], (
        "hook LambdaFunction._set_function_code: moto's takes other arguments now"
    )
    source = inspect.getsource(functions.plain_set_code)
    for name in ("code_bytes", "code_size", "code_sha_256", "code_digest"):
        assert f"self.{name}" in source, (
            f"hook LambdaFunction._set_function_code: it no longer sets {name}"
        )


def test_hook_where_a_function_s_code_is():
    """moto's address of it leads nowhere, and of a zip that came with the request it has none."""
    from helpers.localaws.lambdas import functions

    source = inspect.getsource(functions.plain_get_code)
    assert "https://awslambda-" in source and 'resp["Code"]' in source, (
        "hook LambdaFunction.get_code: moto tells another address now"
    )


def test_hook_function_settings():
    from helpers.localaws.lambdas import functions

    for hook, wanted in {
        functions.plain_init: ["self", "account_id", "spec", "region", "version"],
        functions.plain_update: ["self", "config_updates"],
        functions.plain_configuration: ["self", "on_create"],
        functions.plain_getstate: ["self"],
        functions.plain_get_code: ["self"],
    }.items():
        assert parameters(hook) == wanted, f"hook LambdaFunction.{hook.__name__} has changed"
        assert "LoggingConfig" not in inspect.getsource(hook), (
            f"hook LambdaFunction.{hook.__name__}: moto keeps LoggingConfig itself now"
        )


def test_hook_function_attributes():
    from moto.awslambda.models import LambdaFunction

    from helpers.localaws.lambdas import functions

    source = inspect.getsource(LambdaFunction) + inspect.getsource(functions.plain_init)
    for name in (
        "account_id",
        "architectures",
        "environment_vars",
        "ephemeral_storage",
        "event_invoke_config",
        "function_arn",
        "function_name",
        "handler",
        "layers",
        "logs_group_name",
        "memory_size",
        "package_type",
        "region",
        "reserved_concurrency",
        "role",
        "run_time",
        "tags",
        "timeout",
        "version",
    ):
        assert f"self.{name}" in source, f"hook LambdaFunction.{name}: moto calls it otherwise now"


def test_hook_responses(hooked):
    from moto.awslambda.responses import LambdaResponse

    from helpers.localaws.lambdas import backend

    assert LambdaResponse.invoke is backend._answer_invoke
    assert LambdaResponse.invoke_async is backend._answer_invoke_async
    from moto.core.responses import BaseResponse

    assert parameters(BaseResponse._enrich_response) == ["headers", "body"], (
        "hook LambdaResponse._enrich_response: moto gives request ids otherwise now"
    )
    from moto.awslambda import urls

    assert any(path.endswith("/invocations/?$") for path in urls.url_paths), (
        "hook LambdaResponse.invoke: moto's route of Invoke has changed"
    )


def test_hook_sources(hooked):
    from moto.s3 import models, notifications
    from moto.sns.models import Subscription

    from helpers.localaws.lambdas import sources

    assert Subscription.publish is sources._publish
    assert parameters(sources._plain["publish"]) == parameters(sources._publish), (
        "hook Subscription.publish: moto's takes other arguments now"
    )
    assert notifications._get_s3_event is sources.s3_event
    assert parameters(sources._plain["event"]) == ["event_name", "bucket", "key", "notification_id"]
    assert notifications._invoke_awslambda is sources._invoke
    assert models.notifications is notifications, (
        "hook notifications: moto's S3 gets its functions otherwise now"
    )


def test_hook_queues(hooked):
    from moto.awslambda.responses import LambdaResponse
    from moto.sqs.models import Message, Queue, SQSBackend

    from helpers.localaws.lambdas import mappings

    source = "".join(inspect.getsource(inspect.getmodule(Queue)).split())
    assert "defadd_message(self,message:Message)" in source
    received = "queue_name:str,count:int,wait_seconds_timeout:int,visibility_timeout:int,"
    assert f"defreceive_message(self,{received}message_attribute_names" in source, (
        "hook SQSBackend.receive_message: moto's takes other arguments now"
    )
    assert "self.lambda_event_source_mappings.items()" in source, (
        "hook Queue.add_message: moto hands messages over otherwise now"
    )
    assert parameters(SQSBackend.change_message_visibility)[:2] == ["self", "queue_name"]
    queue = SQSBackend(REGION, ACCOUNT).create_queue("queue")
    kept = {"_messages", "_pending_messages", "_messages_lock", "visibility_timeout"}
    assert kept | {"message_retention_period"} <= vars(queue).keys()
    assert {"visible_at", "delayed_until", "sent_timestamp"} <= vars(Message("id", "")).keys()
    for name, hook in {
        "create": mappings._answer_create,
        "update": mappings._answer_update,
        "delete": mappings._answer_delete,
    }.items():
        assert getattr(LambdaResponse, f"{name}_event_source_mapping") is hook
    assert hooked.EventSourceMapping.get_configuration is mappings._get_configuration


def test_hook_logs():
    from moto.logs.models import LogGroup, LogsBackend, LogStream

    assert parameters(LogsBackend.ensure_log_group) == ["self", "log_group_name"]
    assert parameters(LogGroup.create_log_stream) == ["self", "log_stream_name"]
    assert parameters(LogStream.put_log_events) == ["self", "log_events"], (
        "hook logs: LogStream.put_log_events takes other arguments now"
    )


def test_hook_is_put_in_when_moto_is_imported():
    """install() does not import moto's Lambda, and hooks it when somebody else does."""
    program = (
        "import sys\n"
        "from helpers.localaws import lambdas\n"
        "lambdas.install()\n"
        "assert not any(name.startswith('moto') for name in sys.modules), 'moto was imported'\n"
        "from moto.awslambda.models import lambda_backends\n"
        "print(lambda_backends.backend.__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "LocalLambdaBackend\n", f"hook after_import: {done.stderr}"


def test_two_may_wait_for_one_module():
    """moto's SQS is measured, and its readers are hooked: both when it has come, each once."""
    program = (
        "from helpers.localaws.on_moto.after_import import after_import\n"
        "first, second = (lambda: print('first')), (lambda: print('second'))\n"
        "for call in (first, second, first):\n"
        "    after_import('colorsys', call)\n"
        "import colorsys\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert sorted(done.stdout.split()) == ["first", "second"], done.stderr


def test_hook_awslambdaric():
    """The worker takes the place of the C module `runtime_client` and of one method."""
    folder = Path(interpreters.packages()) / "awslambdaric"
    client = (folder / "lambda_runtime_client.py").read_text()
    for call in (
        "runtime_client.initialize_client(",
        "runtime_client.next()",
        "runtime_client.post_invocation_result(",
        "runtime_client.post_error(",
        "def post_init_error(self, error_response_data, error_type_override=None)",
        "marshaller = LambdaMarshaller()",
    ):
        assert call in client, f"hook runtime_client: awslambdaric no longer has {call!r}"
    bootstrap = (folder / "bootstrap.py").read_text()
    for name in ("def run(handler, lambda_runtime_client):", "_LAMBDA_TELEMETRY_LOG_FD"):
        assert name in bootstrap, f"hook awslambdaric.bootstrap: it no longer has {name!r}"


def test_hook_time_machine():
    """`travel().start()` gives a traveller with `shift`, whose time starts when it is looked at."""
    time_machine = pytest.importorskip("time_machine")
    for name in ("shift", "time_ns"):
        assert hasattr(time_machine.Traveller, name), f"hook time-machine: Traveller.{name} is gone"


def test_hook_authorization():
    from moto.core.authorization import ActionAuthenticatorMixin
    from moto.core.responses import BaseResponse
    from moto.s3.responses import S3Response

    from helpers.localaws.iam import access

    access.install()
    found = parameters(access._plain)
    assert found == ["self", "iam_request_cls", "resource"], (
        f"hook ActionAuthenticatorMixin._authenticate_and_authorize_action: it takes {found} now"
    )
    assert "_authenticate_and_authorize_normal_action" in inspect.getsource(BaseResponse), (
        "hook _authenticate_and_authorize_action: moto's services no longer ask it"
    )
    assert "_authenticate_and_authorize_s3_action" in inspect.getsource(S3Response), (
        "hook _authenticate_and_authorize_action: moto's S3 no longer asks it"
    )
    assert ActionAuthenticatorMixin._authenticate_and_authorize_action is access._authorize
