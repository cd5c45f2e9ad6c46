"""Contract with moto 5.2.5: each hook of the core, and what breaks if moto changes there."""

import inspect
import re
from pathlib import Path

import pytest

from tests.workshop import told_by

ROOT = Path(__file__).resolve().parents[3]


def in_a_process_of_its_own(code):
    """Run code with the hooks in place; what it prints as JSON."""
    setup = (
        "import json, os, sys, threading\n"
        "os.environ.update(AWS_ACCESS_KEY_ID='a', AWS_SECRET_ACCESS_KEY='b', "
        "AWS_DEFAULT_REGION='us-east-1')\n"
        "from helpers.localaws.turns.clock import clock\n"
    )
    return told_by(setup + code)


def test_utcnow_follows_the_simulated_clock():
    """Hook: moto.core.utils.utcnow's code, also where it was imported before."""
    found = in_a_process_of_its_own(
        "from moto.iam.models import utcnow as imported_before\n"
        "from moto.core.utils import unix_time\n"
        "from helpers.localaws.on_moto import core\n"
        "core.install()\n"
        "clock.advance(86400 * 365)\n"
        "ahead = (imported_before() - clock.now().replace(tzinfo=None)).total_seconds()\n"
        "print(json.dumps([ahead, unix_time() - clock.time(), imported_before().tzinfo]))\n"
    )
    assert abs(found[0]) < 5, "moto.core.utils.utcnow does not follow the clock"
    assert abs(found[1]) < 5, "moto.core.utils.unix_time does not go through utcnow"
    assert found[2] is None


def test_models_are_not_kept_after_they_are_deleted():
    """Hook: moto.core.common_models.BaseModel.__new__."""
    found = in_a_process_of_its_own(
        "from moto.core.common_models import BaseModel\n"
        "from helpers.localaws.on_moto import core\n"
        "core.install()\n"
        "from moto.s3.models import FakeBucket\n"
        "from moto.sqs.models import Message\n"
        "FakeBucket('b', '123456789012', 'us-east-1'), Message('1', 'body')\n"
        "kept = [len(FakeBucket.instances_tracked), len(Message.instances_tracked)]\n"
        "print(json.dumps(kept))\n"
    )
    assert found == [0, 0], "BaseModel keeps its instances: memory would grow with every item"


def test_a_bucket_is_created_at_the_simulated_time():
    """Hook: moto.s3.models.FakeBucket.__init__."""
    found = in_a_process_of_its_own(
        "from helpers.localaws.on_moto import core\n"
        "core.install()\n"
        "from moto.s3.models import FakeBucket\n"
        "clock.advance(86400 * 30)\n"
        "bucket = FakeBucket('b', '123456789012', 'us-east-1')\n"
        "print(json.dumps((clock.now() - bucket.creation_date).total_seconds()))\n"
    )
    assert abs(found) < 5, "FakeBucket has its creation date from elsewhere now"


def test_an_answers_own_request_id_stays():
    """Hook: moto.core.responses.gen_amzn_requestid_long."""
    found = in_a_process_of_its_own(
        "from helpers.localaws.on_moto import core\n"
        "core.install()\n"
        "from moto.sts.responses import TokenResponse\n"
        "answers = [TokenResponse()._enrich_response(h, '')[0]['x-amzn-requestid']\n"
        "           for h in ({'x-amzn-requestid': 'mine'}, {})]\n"
        "print(json.dumps(answers))\n"
    )
    assert found[0] == "mine", "the id in the answer is no longer the id in the log"
    assert len(found[1]) > 20


def test_whom_sts_names(endpoint):
    """Hooks: `on_moto.mends.identity`, on IAMBackend, IamResponse and TokenResponse."""
    found = endpoint.client("sts").get_caller_identity()
    assert found["Arn"] == "arn:aws:iam::123456789012:user/learner"
    assert re.fullmatch(r"AIDA[A-Z0-9]{17}", found["UserId"])
    user = endpoint.client("iam").get_user()["User"]
    assert (user["UserName"], user["Arn"], user["UserId"]) == (
        "learner",
        found["Arn"],
        found["UserId"],
    ), "IAMBackend.get_user_from_access_key_id is not what IamResponse.get_user asks"


def test_the_events_and_scheduler_backends_are_ours():
    """Hook: events_backends.backend, scheduler_backends.backend, Rule.send_to_targets."""
    found = in_a_process_of_its_own(
        "from helpers.localaws.events import schedule\n"
        "schedule.install()\n"
        "from moto.events.models import events_backends, Rule\n"
        "from moto.scheduler.models import scheduler_backends\n"
        "events = events_backends['123456789012']['us-east-1']\n"
        "scheduler = scheduler_backends['123456789012']['us-east-1']\n"
        "paths = [len(events.flask_paths), len(scheduler.flask_paths)]\n"
        "print(json.dumps([type(events).__name__, type(scheduler).__name__, *paths,\n"
        "    Rule.send_to_targets.__module__]))\n"
    )
    assert found[:2] == ["RulesOnTheClock", "SchedulesOnTheClock"], "BackendDict.backend"
    assert found[2] >= 1 and found[3] >= 1, "BaseBackend._url_module"
    assert found[4] == "helpers.localaws.events.schedule"


@pytest.mark.parametrize(
    ("module", "name", "method", "parameters"),
    [
        ("moto.events.models", "EventsBackend", "put_rule",
         ["name", "description", "event_bus_arn", "event_pattern", "role_arn",
          "scheduled_expression", "state", "managed_by", "tags"]),
        ("moto.events.models", "EventsBackend", "enable_rule", ["name", "event_bus_arn"]),
        ("moto.events.models", "EventsBackend", "disable_rule", ["name", "event_bus_arn"]),
        ("moto.events.models", "EventsBackend", "delete_rule", ["name", "event_bus_arn"]),
        ("moto.events.models", "Rule", "send_to_targets", ["original_event", "transform_input"]),
        ("moto.scheduler.models", "EventBridgeSchedulerBackend", "delete_schedule",
         ["group_name", "name"]),
        ("moto.scheduler.models", "EventBridgeSchedulerBackend", "delete_schedule_group", ["name"]),
        ("moto.iam.models", "IAMBackend", "get_user_from_access_key_id", ["access_key_id"]),
        ("moto.iam.models", "IAMBackend", "create_temp_access_key", []),
        ("moto.iam.responses", "IamResponse", "get_user", []),
        ("moto.sts.responses", "TokenResponse", "get_caller_identity", []),
        ("moto.sts.responses", "TokenResponse", "get_session_token", []),
        ("moto.sts.responses", "TokenResponse", "get_federation_token", []),
        ("moto.moto_server.werkzeug_app", "DomainDispatcherApplication", "get_backend_for_host",
         ["host"]),
    ],
)  # fmt: skip
def test_the_methods_that_are_replaced_are_as_they_were(module, name, method, parameters):
    import importlib

    found = inspect.signature(getattr(getattr(importlib.import_module(module), name), method))
    assert list(found.parameters)[1:] == parameters, f"{module}.{name}.{method} has changed"


def test_the_service_of_a_host_is_looked_up_once():
    """Hook: DomainDispatcherApplication.get_backend_for_host."""
    found = in_a_process_of_its_own(
        "import moto.backends as backends\n"
        "calls = []\n"
        "plain = backends.list_of_moto_modules\n"
        "backends.list_of_moto_modules = lambda: calls.append(1) or plain()\n"
        "from helpers.localaws.on_moto.dispatch import Dispatcher\n"
        "dispatcher = Dispatcher()\n"
        "for _ in range(5): dispatcher.get_backend_for_host('dynamodb.us-east-1.amazonaws.com')\n"
        "print(json.dumps(len(calls)))\n"
    )
    assert found == 1, "moto looks through its folders at every request again"


def test_the_settings_that_moto_reads(endpoint):
    """Hook: MOTO_DISABLE_GLOBAL_CORS and MOTO_ACCOUNT_ID, in the server's environment."""
    from moto.core.responses import BaseResponse

    assert 'os.environ["MOTO_ACCOUNT_ID"]' in inspect.getsource(BaseResponse.get_current_account)
    assert (
        "MOTO_DISABLE_GLOBAL_CORS"
        in Path(inspect.getfile(BaseResponse)).parents[1].joinpath("settings.py").read_text()
    )
    other = endpoint.client("sts").get_caller_identity()["Account"]
    assert other == "123456789012"


REPLACED = {
    "quirks": [
        ("moto.s3.models", "S3Backend", "create_bucket"),
        ("moto.s3.models", "S3Backend", "delete_object_tagging"),
        ("moto.s3.models", "S3Backend", "put_object"),
        ("moto.s3.models", "FakeKey", "__init__"),
        ("moto.sns.models", "SNSBackend", "get_endpoint"),
        ("moto.sns.models", "SNSBackend", "publish"),
        ("moto.events.models", "EventsBackend", "put_events"),
        ("moto.events.responses", "EventsHandler", "put_events"),
        ("moto.s3.responses", "S3Response", "_bucket_response_put"),
        ("moto.s3.exceptions", "BucketNotEmpty", "__init__"),
        ("moto.logs.models", "LogGroup", "get_log_events"),
        ("moto.logs.models", "LogsBackend", "create_log_group"),
        ("moto.logs.models", "LogsBackend", "put_retention_policy"),
        ("moto.events.responses", "EventsHandler", "test_event_pattern"),
        ("moto.events.models", "EventPattern", "_wildcard_match"),
        ("moto.iam.access_control", "IAMPolicyStatement", "_match"),
        ("moto.dynamodb.responses", "DynamoHandler", "call_action"),
        (
            "moto.dynamodb.parsing.validators",
            "OverlappingPathsValidator",
            "check_for_overlapping_paths",
        ),
        ("moto.dynamodb.responses", "DynamoHandler", "create_table"),
        ("moto.dynamodb.responses", "DynamoHandler", "delete_table"),
        ("moto.dynamodb.responses", "DynamoHandler", "update_item"),
        ("moto.dynamodb.responses", "DynamoHandler", "batch_write_item"),
    ],
    "notifications": [
        ("moto.sns.models", "Subscription", "get_post_data"),
        ("moto.sns.responses", "SNSResponse", "publish"),
        ("moto.sns.responses", "SNSResponse", "publish_batch"),
    ],
    "secret_names": [("moto.secretsmanager.responses", "SecretsManagerResponse", "call_action")],
    "multipart": [("moto.s3.models", "FakeMultipart", "complete")],
    "dynamodb_keys": [("moto.dynamodb.responses", "DynamoHandler", "query")],
    "dynamodb_updates": [
        ("moto.dynamodb.models", "DynamoDBBackend", "update_item"),
        ("moto.dynamodb.models", "DynamoDBBackend", "transact_write_items"),
        ("moto.dynamodb.models", "UpdateExpressionExecutor", "execute"),
        ("moto.dynamodb.models.table", "StreamShard", "add"),
        ("moto.dynamodb.responses", "DynamoHandler", "transact_get_items"),
    ],
    "emptying": [
        ("moto.s3.models", "S3Backend", "list_object_versions"),
        ("moto.s3.models", "S3Backend", "delete_objects"),
    ],
    "odd_requests": [
        ("moto.s3.models", "S3Backend", "_get_results_from_token"),
        ("moto.s3.models", "S3Backend", "put_bucket_policy"),
        ("moto.s3.models", "S3Backend", "put_object_retention"),
        ("moto.s3.responses", "S3Response", "_get_grants_from_xml"),
        ("moto.s3.responses", "S3Response", "_get_checksum"),
        ("moto.s3.responses", "S3Response", "_handle_range_header"),
        ("moto.s3.responses", "S3Response", "_key_response"),
        ("moto.s3.responses", "S3Response", "copy_object"),
        ("moto.dynamodb.responses", "DynamoHandler", "transact_write_items"),
        ("moto.logs.models", "LogsBackend", "put_delivery_destination"),
    ],
    "log_times": [
        ("moto.logs.models", "LogsBackend", "filter_log_events"),
        ("moto.logs.models", "LogsBackend", "get_log_events"),
        ("moto.logs.models", "LogsBackend", "put_log_events"),
    ],
    "queues": [
        ("moto.sqs.models", "Queue", "delete_message"),
        ("moto.sqs.models", "SQSBackend", "receive_message"),
    ],
    "versions": [
        ("moto.s3.models", "S3Backend", "delete_object"),
        ("moto.s3.models", "S3Backend", "put_object_tagging"),
        ("moto.s3.models", "FakeBucket", "set_acl"),
        ("moto.s3.models", "FakeKey", "set_acl"),
        ("moto.s3.responses", "S3Response", "_acl_from_body"),
        ("moto.s3.responses", "S3Response", "_tagging_from_xml"),
    ],
    "tag_limits": [
        ("moto.utilities.tagging_service", "TaggingService", "tag_resource"),
        ("moto.events.responses", "EventsHandler", "put_rule"),
        ("moto.events.responses", "EventsHandler", "create_event_bus"),
        ("moto.dynamodb.models", "DynamoDBBackend", "tag_resource"),
        ("moto.s3.models", "S3Backend", "put_bucket_tagging"),
        ("moto.iam.models", "IAMBackend", "tag_role"),
    ],
    "iam_roles": [
        ("moto.iam.models", "IAMBackend", "create_role"),
        ("moto.iam.models", "IAMBackend", "update_assume_role_policy"),
        ("moto.iam.models", "IAMBackend", "put_role_permissions_boundary"),
        ("moto.sts.models", "AssumedRole", "__init__"),
    ],
}


@pytest.mark.parametrize("ours", REPLACED)
def test_what_is_mended_is_found(ours):
    """Hooks: `on_moto.mends` and what it installs; what they do is tested over HTTP."""
    found = in_a_process_of_its_own(
        "import importlib\n"
        "def owner(module, name, method):\n"
        "    return getattr(getattr(importlib.import_module(module), name), method, None)\n"
        f"before = [owner(*one) is None for one in {REPLACED[ours]!r}]\n"
        "from helpers.localaws.on_moto import mends\n"
        "mends.install()\n"
        "mends.late('secretsmanager')\n"
        f"after = [owner(*one).__module__ for one in {REPLACED[ours]!r}]\n"
        "print(json.dumps([before, after]))\n"
    )
    for place, missing, module in zip(REPLACED[ours], *found, strict=True):
        assert not missing, f"hook {'.'.join(place)}: moto does not have it any more"
        assert module == f"helpers.localaws.on_moto.mends.{ours}", (
            f"hook {'.'.join(place)} is not in place"
        )


def test_the_tagging_api_asks_each_service_for_what_it_has():
    """Hook: moto.resourcegroupstaggingapi.models.iter_taggable_backends, by helpers.localaws."""
    from moto.resourcegroupstaggingapi import models

    for asking in ("_get_resources_generator", "_get_tag_keys_generator"):
        plain = inspect.getsource(getattr(models.ResourceGroupsTaggingAPIBackend, asking))
        assert "in iter_taggable_backends(self.account_id, self.region_name)" in plain, (
            f"hook `mends/tagged.py`: moto's {asking} no longer asks iter_taggable_backends"
        )
    assert in_a_process_of_its_own(
        "from moto.resourcegroupstaggingapi import models\n"
        "from helpers.localaws.on_moto import mends\n"
        "mends.install()\n"
        "print(json.dumps(models.iter_taggable_backends.__module__))\n"
    ) == ("helpers.localaws.on_moto.mends.tagged")


def test_an_objects_content_is_set_by_a_property():
    """Hook: FakeKey.value, and the file that moto keeps a content in, FakeKey._value_buffer."""
    found = in_a_process_of_its_own(
        "from helpers.localaws.on_moto.mends import multipart\n"
        "multipart.install()\n"
        "from moto.s3.models import FakeKey\n"
        "total = multipart.Assembled(100)\n"
        "total.append(b'abc')\n"
        "key = FakeKey('key', total, account_id='1', region_name='us-east-1')\n"
        "kept = key._value_buffer is total.file\n"
        "print(json.dumps([key.value.decode(), key.contentsize, kept]))\n"
    )
    assert found == ["abc", 3, True], "moto keeps an object's content otherwise"


def test_an_uploads_checksum_is_what_moto_makes_of_it():
    """Hook: MultipartChecksumBuilder, whose sum of the whole object grows with each part here."""
    found = in_a_process_of_its_own(
        "from helpers.localaws.on_moto.mends.multipart import Checksum, MultipartChecksumBuilder\n"
        "kinds = [(None, None), ('CRC32', None), ('CRC32', 'FULL_OBJECT'), ('SHA256', None),\n"
        "         ('CRC64NVME', 'FULL_OBJECT'), ('CRC32C', 'FULL_OBJECT')]\n"
        "told = []\n"
        "for kind in kinds:\n"
        "    builders = Checksum(*kind), MultipartChecksumBuilder(*kind)\n"
        "    for part in (b'a' * 1000, b'b' * 7):\n"
        "        for builder in builders:\n"
        "            builder.addPart(part)\n"
        "    told.append([builder.build() for builder in builders])\n"
        "print(json.dumps(told))\n"
    )
    for ours, motos in found:
        assert ours == motos


def test_method_names_are_looked_up_once_for_each_class():
    """Hook: moto.core.responses.method_names_from_class."""
    found = in_a_process_of_its_own(
        "from helpers.localaws.on_moto import dispatch\n"
        "dispatch.install()\n"
        "import moto.core.responses as responses\n"
        "from moto.sts.responses import TokenResponse\n"
        "names = responses.method_names_from_class(TokenResponse)\n"
        "again = responses.method_names_from_class(TokenResponse)\n"
        "print(json.dumps([names is again, 'get_caller_identity' in names,\n"
        "    'method_names_from_class' in responses.BaseResponse.call_action.__code__.co_names]))\n"
    )
    assert found == [True, True, True], "moto reflects on its classes at every request again"


def test_only_operations_of_the_service_are_carried_out():
    """Hook: BaseResponse.call_action, which calls any method of the class by its name."""
    from moto.core.responses import BaseResponse, method_names_from_class
    from moto.iam.responses import IamResponse

    assert "method_names_from_class(self.__class__)" in inspect.getsource(BaseResponse.call_action)
    assert "setup_class" in method_names_from_class(IamResponse)


def test_reading_is_begun_again_when_what_is_read_changes_meanwhile():
    """Hook: BaseResponse.call_action; moto walks over its dicts without a lock."""
    found = in_a_process_of_its_own(
        "from moto.core.responses import BaseResponse\n"
        "from helpers.localaws.on_moto import core\n"
        "core.install()\n"
        "came = []\n"
        "class Reader(BaseResponse):\n"
        "    def __init__(self): self.response_headers = {}\n"
        "    service_name = 'ssm'\n"
        "    def _get_action(self): return name\n"
        "    def describe_parameters(self): return self.put_parameter()\n"
        "    def put_parameter(self):\n"
        "        came.append(name)\n"
        "        names = dict.fromkeys(range(3))\n"
        "        if len(came) % 3:\n"
        "            for one in names: names.pop(one)\n"
        "        return '{}'\n"
        "BaseResponse._authenticate_and_authorize_normal_action = lambda *_: None\n"
        "name = 'DescribeParameters'\n"
        "status = Reader().call_action()[0]\n"
        "name = 'PutParameter'\n"
        "try: Reader().call_action()\n"
        "except RuntimeError as error: failed = str(error)\n"
        "print(json.dumps([status, came, failed]))\n"
    )
    assert found[0] == 200
    assert found[1] == ["DescribeParameters"] * 3 + ["PutParameter"]
    assert "during iteration" in found[2], "what writes is not done twice"


def test_moto_still_unpacks_bodies_without_a_limit():
    """Hook: BaseResponse.decompress_request_body."""
    from moto.core.responses import BaseResponse

    plain = inspect.getsource(BaseResponse.decompress_request_body)
    assert "gzip.GzipFile" in plain
    assert "self.allow_request_decompression" in plain
    assert "self.decompress_request_body(request)" in inspect.getsource(BaseResponse.setup_class)


def test_a_value_of_dynamodb_is_read_by_its_own_name_alone():
    """Hook: moto.core.serialize.ResponseSerializer.get_value, asked with the shape's parent set."""
    found = in_a_process_of_its_own(
        "import boto3, moto\n"
        "from moto.core import serialize\n"
        "from moto.moto_server.werkzeug_app import create_backend_app\n"
        "item = {'Id': {'S': 'a'}, 'N': {'N': '1.50'}, 'B': {'B': 'AAE='}, 'T': {'BOOL': False},\n"
        "        'Z': {'NULL': True}, 'L': {'L': [{'S': ''}, {'M': {'s.S': {'N': '2'}}}]},\n"
        "        'SS': {'SS': ['x', 'y']}, 'NS': {'NS': ['3']}, 'BS': {'BS': ['AAE=']},\n"
        "        'M': {'M': {}}}\n"
        "app = create_backend_app('dynamodb').test_client()\n"
        "def call(action, **body):\n"
        "    told = app.post('/', data=json.dumps(body), headers={\n"
        "        'X-Amz-Target': 'DynamoDB_20120810.' + action,\n"
        "        'Content-Type': 'application/x-amz-json-1.0'})\n"
        "    assert told.status_code == 200, told.data\n"
        "    return json.loads(told.data)\n"
        "call('CreateTable', TableName='t', BillingMode='PAY_PER_REQUEST',\n"
        "     KeySchema=[{'AttributeName': 'Id', 'KeyType': 'HASH'}],\n"
        "     AttributeDefinitions=[{'AttributeName': 'Id', 'AttributeType': 'S'}])\n"
        "call('PutItem', TableName='t', Item=item)\n"
        "plain = call('Scan', TableName='t')\n"
        "from helpers.localaws.on_moto import dispatch\n"
        "dispatch.install()\n"
        "parents, pick = [], serialize.AttributePicker.__call__\n"
        "def noting(self, context):\n"
        "    parents.append(context.shape.parent.name)\n"
        "    return pick(self, context)\n"
        "serialize.AttributePicker.__call__ = noting\n"
        "print(json.dumps([item, plain, call('Scan', TableName='t'), parents]))\n"
    )
    item, plain, ours, parents = found
    assert ours == plain, "moto's ResponseSerializer.get_value gives something else by now"
    assert ours["Items"] == [item]
    assert parents, "moto's ResponseSerializer no longer picks by AttributePicker"
    assert "AttributeValue" not in parents, "moto asks get_value no more, or not with a parent"


@pytest.mark.parametrize(("version", "digest"), [("1", "SHA1"), ("2", "SHA256")])
def test_a_notification_can_be_verified_by_its_certificate(version, digest):
    """Hook: Subscription.get_post_data, with private_key and _message_public_keys."""
    found = in_a_process_of_its_own(
        "from helpers.localaws.on_moto import mends\n"
        "mends.install()\n"
        "import base64\n"
        "from cryptography import x509\n"
        "from cryptography.hazmat.primitives import hashes\n"
        "from cryptography.hazmat.primitives.asymmetric import padding\n"
        "from moto.sns.models import Subscription, sns_backends\n"
        "backend = sns_backends['123456789012']['us-east-1']\n"
        "topic = backend.create_topic('t')\n"
        f"topic.signature_version = {version!r}\n"
        "data = Subscription('123456789012', topic, 'e', 'sqs').get_post_data('m', 'id', 's')\n"
        "names = ('Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type')\n"
        "text = ''.join(f'{name}\\n{data[name]}\\n' for name in names)\n"
        "pem = backend._message_public_keys[data['SigningCertURL'].rpartition('/')[2]]\n"
        "key = x509.load_pem_x509_certificate(pem).public_key()\n"
        "signature = base64.b64decode(data['Signature'])\n"
        f"key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.{digest}())\n"
        "print(json.dumps(data['SignatureVersion']))\n"
    )
    assert found == version
