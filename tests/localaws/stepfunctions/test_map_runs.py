"""Map Runs that are redriven: the children of a distributed Map that failed go on."""

import json

import pytest

FLAKY = """
import os

def handler(event, context):
    if event == 2 and not os.path.exists({flag!r}):
        raise ValueError(event)
    return event * 10
"""


def mapping(function, kind="STANDARD", **fields):
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": "Before",
        "States": {
            "Before": {"Type": "Pass", "Next": "T"},
            "T": {"Type": "Task", "Resource": function, "End": True},
        },
    }
    state = {"Type": "Map", "ItemsPath": "$.n", "ItemProcessor": inner, "End": True, **fields}
    return {"StartAt": "M", "States": {"M": state}}


@pytest.fixture
def flaky(workshop, tmp_path):
    """A function that fails for 2 until it is mended, and what mends it."""
    flag = tmp_path / "mended"
    return workshop.function(FLAKY.format(flag=str(flag))), flag.touch


def runs_of(workshop, execution):
    found = workshop.states.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    return [workshop.states.describe_map_run(mapRunArn=run["mapRunArn"]) for run in found]


def children_of(workshop, run):
    found = workshop.states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    return {one["executionArn"]: (one["status"], one["redriveCount"]) for one in found}


def redriven(workshop, failed, mend):
    mend()
    workshop.states.redrive_execution(executionArn=failed["executionArn"])
    return workshop.ended(failed["executionArn"])


def test_a_redrive_goes_on_with_what_did_not_succeed(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, ToleratedFailureCount=0), {"n": [1, 2, 3]})
    assert failed["error"] == "States.ExceedToleratedFailureThreshold"
    (run,) = runs_of(workshop, failed)
    before = children_of(workshop, run)
    done = redriven(workshop, failed, mend)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", [10, 20, 30])
    (again,) = runs_of(workshop, done)
    assert again["mapRunArn"] == run["mapRunArn"]
    assert (again["status"], again["redriveCount"]) == ("SUCCEEDED", 1)
    assert again["redriveDate"] >= run["stopDate"]
    assert again["executionCounts"]["succeeded"] == 3
    after = children_of(workshop, again)
    for arn, (status, _) in before.items():
        assert after[arn] == ("SUCCEEDED", 0 if status == "SUCCEEDED" else 1)
    tail = workshop.types(done)[len(workshop.types(failed)) - 1 :]
    assert "MapRunStarted" not in tail


def test_its_history(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, MaxConcurrency=1), {"n": [1, 2]})
    length = len(workshop.events(failed))
    done = redriven(workshop, failed, mend)
    rest = workshop.events(done)[length:]
    assert [event["type"] for event in rest] == [
        "ExecutionRedriven",
        "MapRunRedriven",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["previousEventId"] - length for event in rest[1:]] == [1, 2, 3, 2, 5]
    (run,) = runs_of(workshop, done)
    assert rest[1]["mapRunRedrivenEventDetails"] == {
        "mapRunArn": run["mapRunArn"],
        "redriveCount": 1,
    }
    (child,) = [arn for arn, told in children_of(workshop, run).items() if told[1] == 1]
    types = workshop.types(child)
    assert types.count("PassStateEntered") == 1
    assert types[-6:] == [
        "ExecutionRedriven",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_children_that_never_began_begin(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, MaxConcurrency=1), {"n": [2, 1, 3]})
    (run,) = runs_of(workshop, failed)
    assert run["executionCounts"]["pending"] == 2
    done = redriven(workshop, failed, mend)
    assert json.loads(done["output"]) == [20, 10, 30]
    (again,) = runs_of(workshop, done)
    assert sorted(children_of(workshop, again).values()) == [
        ("SUCCEEDED", 0),
        ("SUCCEEDED", 0),
        ("SUCCEEDED", 1),
    ]


def test_express_children_all_run_again(workshop, flaky):
    function, mend = flaky
    failed = workshop.run(mapping(function, "EXPRESS"), {"n": [1, 2]})
    done = redriven(workshop, failed, mend)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", [10, 20])
    (again,) = runs_of(workshop, done)
    assert again["redriveCount"] == 1


def test_a_child_does_not_see_the_variables_outside(workshop):
    """AWS: "Distributed Map states cannot reference variables in outer scopes"."""
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "Output": "{% $exists($v) %}", "End": True}},
    }
    states = {
        "A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"},
        "M": {"Type": "Map", "Items": [0], "ItemProcessor": inner, "End": True},
    }
    assert workshop.output(states, QueryLanguage="JSONata") == [False]


def distributed(**fields):
    """A distributed Map with these fields over states that pass."""
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    return {"M": {"Type": "Map", "ItemProcessor": inner, "End": True, **fields}}


def reading(body, key, workshop, **config):
    """The ItemReader of an object with this text."""
    s3 = workshop.endpoint.client("s3")
    s3.create_bucket(Bucket="items-to-read")
    s3.put_object(Bucket="items-to-read", Key=key, Body=body.encode())
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Parameters": {"Bucket": "items-to-read", "Key": key},
    }


def test_tolerated_failures_behind_a_path(workshop):
    fields = {"ItemsPath": "$.n", "ToleratedFailureCountPath": "$.count",
              "ToleratedFailurePercentagePath": "$.share"}  # fmt: skip
    given = {"n": [1], "count": "1", "share": "2.5"}
    assert workshop.output(distributed(**fields), given) == [1]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("Count", -1, "ToleratedFailureCount cannot be negative."),
        ("Count", "x",
         'The ToleratedFailureCountPath field refers to value "x" which is not a valid integer: '
         "$.v"),
        ("Percentage", -1, "ToleratedFailurePercentage must be between 0 and 100."),
        ("Percentage", "100.1", "ToleratedFailurePercentage must be between 0 and 100."),
        ("Percentage", {},
         'The ToleratedFailurePercentagePath field refers to value "{}" which is not a valid '
         "float: $.v"),
    ],
)  # fmt: skip
def test_what_cannot_be_tolerated(workshop, name, value, words):
    states = distributed(ItemsPath="$.n", **{f"ToleratedFailure{name}Path": "$.v"})
    error, cause = workshop.failure(states, {"n": [1], "v": value})
    assert (error, cause.partition("). ")[2]) == ("States.Runtime", words)


def test_how_many_items_are_read(workshop):
    config = {"InputType": "JSON", "MaxItemsPath": "$.most"}
    states = distributed(ItemReader=reading("[1, 2, 3]", "three.json", workshop, **config))
    assert workshop.output(states, {"most": "2"}) == [1, 2]
    expected = ("States.ItemReaderFailed", "field MaxItems must be positive")
    assert workshop.failure(states, {"most": -1}) == expected


def test_a_column_named_twice_is_refused(workshop):
    given = {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "b", "a"]}
    expected = ("States.ItemReaderFailed", "CSV headers cannot contain duplicates.")
    states = distributed(ItemReader=reading("1,2,3\n", "given.csv", workshop, **given))
    assert workshop.failure(states, {}) == expected
    first = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
    states = distributed(ItemReader=reading("a,a\n1,2\n", "first.csv", workshop, **first))
    assert workshop.failure(states, {}) == expected


def test_quotes_and_backslashes_in_a_column(workshop):
    text = 'a,b\n1\\,2,"say ""so"""\nC:\\\\x,"3\n4"\n\\5\n'
    config = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
    states = distributed(ItemReader=reading(text, "quotes.csv", workshop, **config))
    assert workshop.output(states, {}) == [
        {"a": "1,2", "b": 'say "so"'},
        {"a": "C:\\x", "b": "3\n4"},
        {"a": "5", "b": ""},
    ]


def test_doubled_quotes_in_a_column_that_is_not_enclosed(workshop):
    text = 'a,b,c\n1,{""MyKey"":""My, Value""},"[1,\n""2""]"\n\n2,"x"y,\n'
    config = {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
    states = distributed(ItemReader=reading(text, "doubled.csv", workshop, **config))
    assert workshop.output(states, {}) == [
        {"a": "1", "b": '{"MyKey":"My', "c": ' Value"}'},
        {"a": "2", "b": "xy", "c": ""},
    ]


@pytest.mark.parametrize(
    ("body", "pointer"), [("5", ""), ('{"a": 5}', "/a"), ('{"a": 5}', "/b"), ("[1]", "/3")]
)
def test_what_is_no_array_and_no_object_is_not_mapped_over(workshop, body, pointer):
    config = {"InputType": "JSON", "ItemsPointer": pointer}
    states = distributed(ItemReader=reading(body, "scalar.json", workshop, **config))
    assert workshop.failure(states, {}) == (
        "States.ItemReaderFailed",
        "Attempting to map over non-iterable node.",
    )


@pytest.mark.parametrize("field", [{"ItemBatcher": {"MaxItemsPerBatch": 2}}, {"ResultWriter": {}}])
def test_what_only_a_distributed_map_has_fails_an_inline_one(workshop, field):
    processor = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    states = {"A": {"Type": "Map", "ItemProcessor": processor, "End": True, **field}}
    error, cause = workshop.failure(states, [1])
    assert error == "States.Runtime"
    assert cause.endswith(
        " The ItemReader, ItemBatcher and ResultWriter fields are not supported for INLINE maps"
    )


def test_the_fields_of_an_object_that_is_listed(workshop):
    reader = reading("{}", "only/one.json", workshop)
    reader |= {
        "Resource": "arn:aws:states:::s3:listObjectsV2",
        "Parameters": {"Bucket": "items-to-read", "Prefix": "only/"},
    }
    del reader["ReaderConfig"]
    (item,) = workshop.output(distributed(ItemReader=reader), {})
    assert list(item) == ["Etag", "Key", "LastModified", "Size", "StorageClass"]
    assert isinstance(item["LastModified"], float)
    assert (item["Key"], item["Size"], item["StorageClass"]) == ("only/one.json", 2, "STANDARD")


def test_where_an_item_comes_from(workshop):
    reader = reading('{"a": 1}', "from/here.json", workshop, InputType="JSON")
    selector = {"item.$": "$$.Map.Item"}
    expected = {"Index": 0, "Key": "a", "Value": 1, "Source": "s3://items-to-read/from/here.json"}
    states = distributed(ItemReader=reader, ItemSelector=selector)
    assert workshop.output(states, {}) == [{"item": expected}]
    assert workshop.output(distributed(ItemReader=reader), {}) == [{"Key": "a", "Value": 1}]
    reader["Resource"] = "arn:aws:states:::s3:listObjectsV2"
    reader["Parameters"] = {"Bucket": "items-to-read", "Prefix": "from/"}
    del reader["ReaderConfig"]
    states = distributed(ItemReader=reader, ItemSelector={"from.$": "$$.Map.Item.Source"})
    assert workshop.output(states, {}) == [{"from": "s3://items-to-read"}]


@pytest.mark.parametrize(("most", "values"), [(0, [1, 2, 3]), (2, [1, 2])])
def test_the_objects_of_a_bucket_are_read_one_after_the_other(workshop, most, values):
    reading("[1, 2]", "flat/a.json", workshop)
    reader = reading("[3]", "flat/b.json", workshop)
    reader["Resource"] = "arn:aws:states:::s3:listObjectsV2"
    reader["Parameters"] = {"Bucket": "items-to-read", "Prefix": "flat/"}
    loads = {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}
    reader["ReaderConfig"] = {**loads, **({"MaxItems": most} if most else {})}
    selector = {"from.$": "$$.Map.Item.Source", "value.$": "$$.Map.Item.Value"}
    items = workshop.output(distributed(ItemReader=reader, ItemSelector=selector), {})
    assert [item["value"] for item in items] == values
    names = ["a", "a", "b"][: len(values)]
    assert [item["from"] for item in items] == [f"s3://items-to-read/flat/{n}.json" for n in names]


def test_a_version_of_a_parquet_file_cannot_be_read(workshop):
    reader = reading("x", "a.parquet", workshop, InputType="PARQUET")
    reader["Parameters"]["VersionId"] = "1"
    done = workshop.run({"StartAt": "M", "States": distributed(ItemReader=reader)}, {})
    assert (done["error"], done["cause"]) == (
        "States.ItemReaderFailed",
        "S3 Version ID selection is not currently supported for PARQUET files",
    )


def test_the_entries_of_an_object_have_keys(workshop):
    told = {"ItemSelector": {"item": "{% $states.context.Map.Item %}"}}
    items = {"Items": "{% {'a': 1, 'b': [2]} %}"}
    assert workshop.output(distributed(**items, **told), {}, QueryLanguage="JSONata") == [
        {"item": {"Index": 0, "Key": "a", "Value": 1, "Source": "STATE_DATA"}},
        {"item": {"Index": 1, "Key": "b", "Value": [2], "Source": "STATE_DATA"}},
    ]
    assert workshop.output(distributed(**items), {}, QueryLanguage="JSONata") == [
        {"Key": "a", "Value": 1},
        {"Key": "b", "Value": [2]},
    ]


def test_results_that_become_the_output_count_as_written(workshop):
    states = distributed(ItemsPath="$.n", ItemBatcher={"MaxItemsPerBatch": 2})
    (run,) = runs_of(workshop, workshop.run({"StartAt": "M", "States": states}, {"n": [1, 2, 3]}))
    assert run["itemCounts"]["resultsWritten"] == 3
    assert run["executionCounts"]["resultsWritten"] == 2


def test_the_files_of_a_result_writer_are_json_as_they_stand(workshop):
    """They are no body of a learner's task, which is encoded once more."""
    s3 = workshop.endpoint.client("s3")
    s3.create_bucket(Bucket="results-of-states")
    where = {"Bucket": "results-of-states", "Prefix": "r"}
    state = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "P",
            "States": {"P": {"Type": "Pass", "End": True}},
        },
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": where},
        "End": True,
    }
    told = workshop.output({"A": state}, [1, 2])["ResultWriterDetails"]
    manifest = json.loads(s3.get_object(**told)["Body"].read())
    assert manifest["DestinationBucket"] == "results-of-states"
    key = manifest["ResultFiles"]["SUCCEEDED"][0]["Key"]
    children = json.loads(s3.get_object(Bucket="results-of-states", Key=key)["Body"].read())
    assert [json.loads(child["Output"]) for child in children] == [1, 2]
