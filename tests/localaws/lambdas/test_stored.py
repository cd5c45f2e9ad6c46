"""The functions survive being stored: what moto keeps of them can be pickled and taken up again."""

import pickle

from helpers.localaws.account import ACCOUNT, REGION


def test_functions_versions_aliases_and_layers_come_back(functions, monkeypatch):
    from moto.awslambda.models import lambda_backends

    layer = functions.backend.publish_layer_version(
        {"LayerName": "l", "Content": {"ZipFile": functions.encoded({"python/lib.py": "N = 7\n"})}}
    )
    arn = functions.make(
        "import lib\ndef handler(e, c): return ['one', lib.N]\n",
        Layers=[layer.arn],
        LoggingConfig={"LogFormat": "JSON"},
    )
    name = arn.rpartition(":")[2]
    functions.backend.publish_version(name)
    functions.backend.create_alias("live", name, "1", "", None)
    functions.backend.add_permission(
        name, None, '{"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}'
    )
    functions.code(arn, "def handler(e, c): return 'latest'\n")
    assert functions.value(arn) == "latest"
    policy = functions.backend.get_policy(name)

    stored = pickle.dumps(functions.backend)
    assert b"START RequestId" not in stored  # the logs are stored elsewhere
    again = pickle.loads(stored)

    monkeypatch.setitem(lambda_backends[ACCOUNT], REGION, again)
    functions.backend.delete_function(name)
    assert functions.value(arn) == "latest"
    assert functions.value(f"{arn}:live") == ["one", 7]
    assert again.get_policy(name) == policy
    found = again.get_function(name)
    assert found.get_configuration()["LoggingConfig"]["LogFormat"] == "JSON"
    assert again.get_function_by_arn(arn) is found
    again.delete_function(name)
