"""Versions, aliases, layers, scratch space, and the functions' configuration."""

import base64
import json
import os
import textwrap

import pytest

from helpers.localaws import lambdas

WHO = """
    import os

    def handler(event, context):
        return [
            LABEL,
            context.function_version,
            context.invoked_function_arn.split(":", 7)[7:],
            os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        ]
"""


@pytest.fixture
def two_versions(functions):
    """A function with version 1, version 2, alias `live` on 1, and other code in $LATEST."""
    arn = functions.make('LABEL = "one"\n' + textwrap.dedent(WHO))
    name = arn.rpartition(":")[2]
    functions.backend.publish_version(name)
    functions.code(arn, 'LABEL = "two"\n' + textwrap.dedent(WHO))
    functions.backend.publish_version(name)
    functions.code(arn, 'LABEL = "latest"\n' + textwrap.dedent(WHO))
    functions.backend.create_alias("live", name, "1", "", None)
    return arn


@pytest.mark.parametrize(
    ("qualifier", "expected"),
    [
        (None, ["latest", "$LATEST", [], "$LATEST"]),
        ("$LATEST", ["latest", "$LATEST", ["$LATEST"], "$LATEST"]),
        ("1", ["one", "1", ["1"], "1"]),
        ("2", ["two", "2", ["2"], "2"]),
        ("live", ["one", "1", ["live"], "1"]),
    ],
)
def test_the_qualifier_decides_which_version_runs(functions, two_versions, qualifier, expected):
    assert functions.value(two_versions, qualifier=qualifier) == expected
    if qualifier:
        assert functions.value(f"{two_versions}:{qualifier}") == expected
    assert functions.run(two_versions, qualifier=qualifier).version == expected[1]


def test_an_alias_moves(functions, two_versions):
    assert functions.value(f"{two_versions}:live")[0] == "one"
    name = two_versions.rpartition(":")[2]
    functions.backend.update_alias("live", name, "2", "", None)
    assert functions.value(f"{two_versions}:live")[0] == "two"


def test_an_alias_shares_its_events_by_weight(functions, two_versions):
    name = two_versions.rpartition(":")[2]
    half = {"AdditionalVersionWeights": {"2": 0.5}}
    functions.backend.update_alias("live", name, "1", "", half)
    seen = [functions.value(f"{two_versions}:live")[0] for _ in range(60)]
    assert 5 <= seen.count("two") <= 55


def test_versions_log_to_streams_of_their_own(functions, two_versions):
    for qualifier in ("1", "2", None):
        functions.value(two_versions, qualifier=qualifier)
    group = functions.logs.groups[f"/aws/lambda/{two_versions.rpartition(':')[2]}"]
    assert sorted(name.split("[")[1].split("]")[0] for name in group.streams) == [
        "$LATEST",
        "1",
        "2",
    ]


def test_a_layer_is_on_the_path_below_the_functions_own_code(functions, both_ways):
    layer = functions.backend.publish_layer_version(
        {
            "LayerName": "shared",
            "Content": {
                "ZipFile": functions.encoded(
                    {
                        "python/pricing.py": "SOURCE = 'layer'\n",
                        "python/app_settings.py": "SOURCE = 'layer'\n",
                        "data/symbols.txt": "AMZN",
                    }
                )
            },
        }
    )
    arn = functions.make(
        files={
            "app.py": "import app_settings, pricing\n"
            "def handler(e, c): return [pricing.SOURCE, app_settings.SOURCE, pricing.__file__]\n",
            "app_settings.py": "SOURCE = 'function'\n",
        },
        Layers=[layer.arn],
    )
    assert functions.value(arn)[:2] == ["layer", "function"]
    functions.code(arn, "import pricing\ndef handler(e, c):\n    print(pricing.__file__)\n")
    assert "/opt/python/pricing.py\n" in functions.run(arn).log


def test_a_later_layer_lies_over_an_earlier_one(functions):
    layers = [
        functions.backend.publish_layer_version(
            {
                "LayerName": f"l{n}",
                "Content": {"ZipFile": functions.encoded({"python/lib.py": f"N = {n}\n"})},
            }
        ).arn
        for n in (1, 2)
    ]
    arn = functions.make("import lib\ndef handler(e, c): return lib.N\n", Layers=layers)
    assert functions.value(arn) == 2


def test_each_worker_has_scratch_space_that_ends_with_it(functions):
    arn = functions.make(
        """
        import os, tempfile

        def handler(event, context):
            folder = tempfile.gettempdir()
            with open(os.path.join(folder, "kept"), "a") as kept:
                kept.write("x")
            return [folder, os.path.getsize(os.path.join(folder, "kept")), os.path.expanduser("~")]
        """
    )
    first, second = functions.value(arn), functions.value(arn)
    assert (first[1], second[1]) == (1, 2)  # a warm worker finds what it wrote
    assert first[0] == first[2] != "/tmp"
    lambdas.stop_all()
    assert not os.path.exists(first[0])  # noqa: PTH110
    assert functions.value(arn)[1] == 1


def test_a_file_larger_than_the_storage_is_refused(functions):
    if os.name == "nt":
        pytest.skip("Windows has no such limit")
    arn = functions.make(
        """
        import os, tempfile

        def handler(event, context):
            with tempfile.TemporaryFile() as file:
                os.ftruncate(file.fileno(), 600 << 20)
        """
    )
    assert functions.error(arn)["errorMessage"] == "[Errno 27] File too large"


def test_pythonpath_is_the_functions_own(functions):
    arn = functions.make(
        files={
            "app.py": "import vendored\ndef handler(e, c): return vendored.X\n",
            "vendor/vendored.py": "X = 5\n",
        },
        Environment={"Variables": {"PYTHONPATH": "/var/task/vendor"}},
    )
    assert functions.value(arn) == 5


def test_a_handler_may_be_in_a_folder(functions):
    arn = functions.make(
        files={"src/app.py": "def handler(e, c): return 'found'\n"}, handler="src/app.handler"
    )
    assert functions.value(arn) == "found"


def test_boto3_is_there_as_on_aws_and_talks_to_nobody_else(functions, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "the-learners-own")
    arn = functions.make(
        """
        import boto3, os

        def handler(event, context):
            session = boto3.Session()
            return [session.region_name, session.available_profiles, os.environ.get("AWS_PROFILE")]
        """,
        Timeout=30,
        MemorySize=512,
    )
    assert functions.value(arn) == ["us-east-1", [], None]


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "Reserved keys used in this request"),
        ({"Environment": {"Variables": {"A1": "x" * 5000}}}, "exceeded the 4KB limit"),
        ({"Environment": {"Variables": {"1A": "x"}}}, "regular expression pattern"),
        ({"Timeout": 901}, "less than or equal to 900"),
        ({"Timeout": 0}, "greater than or equal to 1"),
        ({"MemorySize": 64}, "greater than or equal to 128"),
        ({"Runtime": "cobol85"}, "Value cobol85 at 'runtime'"),
    ],
)
def test_what_aws_refuses_is_refused(functions, configuration, words):
    from moto.awslambda.exceptions import LambdaClientError

    arn = functions.make("def handler(e, c): return 1\n")
    with pytest.raises(LambdaClientError) as made:
        functions.make("def handler(e, c): return 1\n", **configuration)
    with pytest.raises(LambdaClientError) as changed:
        functions.backend.update_function_configuration(arn, None, configuration)
    assert words in made.value.message
    assert words in changed.value.message
    assert functions.value(arn) == 1


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ({"FunctionName": "a b"}, "Value 'a b' at 'functionName' failed to satisfy constraint"),
        ({"Handler": ""}, "Runtime and Handler are mandatory parameters"),
        ({"Runtime": None}, "Runtime and Handler are mandatory parameters"),
    ],
)
def test_what_only_a_new_function_can_have_wrong(functions, configuration, words):
    from moto.awslambda.exceptions import LambdaClientError

    spec = {"handler": configuration.pop("Handler", "app.handler"), **configuration}
    with pytest.raises(LambdaClientError) as made:
        functions.make("def handler(e, c): return 1\n", **spec)
    assert words in made.value.message


def test_reserved_concurrency_throttles(functions):
    from helpers.localaws.lambdas.errors import TooManyRequests

    arn = functions.make("def handler(e, c): return 1\n")
    name = arn.rpartition(":")[2]
    functions.backend.put_function_concurrency(name, 0)
    with pytest.raises(TooManyRequests) as throttled:
        functions.run(arn)
    assert json.loads(throttled.value.description) == {
        "Type": "User",
        "message": "Rate Exceeded.",
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
    }
    functions.backend.delete_function_concurrency(name)
    assert functions.value(arn) == 1


def test_inline_code_of_cloudformation_runs(functions):
    from moto.awslambda.models import LambdaFunction

    inline = "def handler(e, c): return 'inline'\n"
    archive = base64.b64encode(LambdaFunction._create_zipfile_from_plaintext_code(inline))
    arn = functions.make(handler="index.handler", Code={"ZipFile": archive})
    assert functions.value(arn) == "inline"
