"""Contract with moto 5.2.5: every hook of helpers.localaws.cloudformation, one test each.

Each runs in a process of its own: what is tested is what an import does.
"""

import subprocess
import sys
from pathlib import Path

from tests.workshop import told_by

ROOT = Path(__file__).parents[3]


def answer(code):
    """What `code` prints as JSON, run in a fresh process in which the package is installed."""
    start = (
        "from helpers.localaws import cloudformation\ncloudformation.install()\nimport json, sys\n"
    )
    return told_by(start + code)


def test_moto_finds_our_backends():
    found = answer(
        "from moto.backends import get_backend\n"
        "print(json.dumps(get_backend('cloudformation').backend.__module__))"
    )
    assert found == "helpers.localaws.cloudformation.backend", (
        "hook `moto.cloudformation` (hook.py): moto.backends.get_backend no longer imports the "
        "package moto.<service> to find <service>_backends"
    )


def test_motos_own_cloudformation_is_not_imported():
    imported = answer(
        "import moto.cloudformation, moto.cloudformation.exceptions, moto.sqs.models\n"
        "print(json.dumps([m for m in sys.modules if m.startswith('moto.')]))"
    )
    heavy = {"moto.cloudformation.parsing", "moto.ec2.models", "moto.sagemaker.models"}
    assert not heavy & set(imported), (
        "hook `moto.cloudformation` (hook.py): moto's own models are imported all the same"
    )


def test_motos_models_get_their_exception():
    name = answer(
        "from moto.cloudformation.exceptions import UnformattedGetAttTemplateException as e\n"
        "print(json.dumps(e.__module__))"
    )
    assert name == "moto.cloudformation.exceptions", (
        "hook `moto.cloudformation.__path__` (hook.py): moto's models import exceptions from there"
    )


def test_too_late_an_installation_says_so():
    code = (
        "import moto.cloudformation.models\n"
        "from helpers.localaws import cloudformation\n"
        "cloudformation.install()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert "was imported before helpers.localaws.cloudformation.install()" in done.stderr


def test_the_server_makes_an_app_of_it():
    rules = answer(
        "from moto.moto_server.werkzeug_app import create_backend_app\n"
        "app = create_backend_app('cloudformation')\n"
        "print(json.dumps([str(rule) for rule in app.url_map.iter_rules()]))"
    )
    assert "/" in rules, (
        "hook `_url_module` (cloudformation.install): moto no longer reads url_paths from it"
    )


def test_the_table_of_models_is_motos():
    missing = answer(
        "from helpers.localaws.cloudformation.resources import moto_model\n"
        "wrong = []\n"
        "for name in moto_model.types():\n"
        "    try:\n"
        "        model = moto_model.model_class(name)\n"
        "    except (LookupError, ImportError) as error:\n"
        "        wrong.append(f'{name}: {error}')\n"
        "        continue\n"
        "    if not moto_model.can_delete(model):\n"
        "        wrong.append(f'{name}: cannot be deleted')\n"
        "print(json.dumps(wrong))"
    )
    assert missing == [], (
        "hook `resources/moto_types.py`: moto's CloudFormation models are no longer where the "
        "table says, or cannot delete what they create"
    )


def test_the_operations_that_handlers_call_are_there():
    missing = answer(
        "import inspect\n"
        "from moto.awslambda.models import LambdaBackend\n"
        "from moto.dynamodb.models import DynamoDBBackend\n"
        "from moto.events.models import EventsBackend\n"
        "from moto.iam.models import IAMBackend\n"
        "from moto.logs.models import LogsBackend\n"
        "from moto.resourcegroups.models import ResourceGroupsBackend\n"
        "from moto.s3.models import S3Backend\n"
        "from moto.scheduler.models import EventBridgeSchedulerBackend\n"
        "from moto.stepfunctions.models import StepFunctionBackend\n"
        "wanted = {\n"
        "  LambdaBackend: 'create_function update_function_code update_function_configuration '\n"
        "    'delete_function publish_version create_alias add_permission publish_layer_version',\n"
        "  DynamoDBBackend: 'create_table update_table delete_table update_time_to_live',\n"
        "  EventsBackend: 'put_rule put_targets remove_targets delete_rule describe_rule',\n"
        "  IAMBackend: 'create_role put_role_policy attach_role_policy detach_role_policy '\n"
        "    'delete_role_policy delete_role create_policy create_policy_version',\n"
        "  LogsBackend: 'create_log_group put_retention_policy delete_log_group',\n"
        "  ResourceGroupsBackend: 'create_group update_group update_group_query delete_group',\n"
        "  S3Backend: 'create_bucket put_bucket_versioning put_public_access_block '\n"
        "    'put_bucket_encryption put_bucket_tagging put_bucket_policy delete_bucket',\n"
        "  EventBridgeSchedulerBackend: 'create_schedule update_schedule delete_schedule',\n"
        "  StepFunctionBackend: 'create_state_machine update_state_machine delete_state_machine',\n"
        "}\n"
        "print(json.dumps([f'{b.__name__}.{n}' for b, names in wanted.items()\n"
        "                  for n in names.split() if not callable(getattr(b, n, None))]))"
    )
    assert missing == [], "resource handlers call operations of moto's backends that are gone"


def test_a_class_named_by_the_action_answers():
    names = answer(
        "from helpers.localaws.cloudformation.responses import CloudFormationResponse as c\n"
        "from moto.core.responses import BaseResponse\n"
        "print(json.dumps([hasattr(c, 'describe_stacks'), hasattr(BaseResponse, 'call_action'),\n"
        "                  hasattr(BaseResponse, '_get_param')]))"
    )
    assert names == [True, True, True], (
        "hook `CloudFormationResponse` (responses.py): moto's BaseResponse has changed"
    )


def test_schemas_come_with_cfn_lint():
    found = answer(
        "from helpers.localaws.cloudformation import schema\n"
        "print(json.dumps([schema.known('AWS::SNS::Topic'), schema.known('AWS::SNS::Topik'),\n"
        "                  schema.recreation('AWS::DynamoDB::Table', 'TableName'),\n"
        "                  'cfnlint' in sys.modules]))"
    )
    assert found == [True, False, "Always", False], (
        "schema.py: cfn-lint keeps its resource schemas elsewhere now"
    )
