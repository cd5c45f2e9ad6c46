"""JSONPath in Jayway's dialect: what a path selects, where it puts, and who takes it for one."""

import pytest

from helpers.asl import diagnose
from helpers.asl.evaluation import DefinitionError
from helpers.asl.failures import PathMissing
from helpers.asl.paths import MISSING, PathSyntaxError, look_up, read, read_reference
from helpers.localaws.stepfunctions.compiling import compiled

DATA = {
    "store": {
        "book": [
            {"category": "reference", "price": 8, "title": "A"},
            {"category": "fiction", "price": 12, "title": "B", "isbn": "0-1"},
            {"category": "fiction", "price": 23, "title": "C"},
        ],
        "bicycle": {"color": "red", "price": 20},
    },
    "a b": {"it's": 1},
    'say \\"so"': 2,
    "none": None,
    "list": [0, 1, 2, 3],
    "odd": {"length()": 7, "a:b": 8, "a.b": 9},
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", DATA),
        ("$.store.bicycle.color", "red"),
        ("$['store']['bicycle']['color']", "red"),
        ('$["a b"]["it\'s"]', 1),
        ("$['a b']['it\\'s']", 1),
        ("$['say \\\"so\"']", 2),
        ("$.none", None),
        ("$.list[0]", 0),
        ("$.list[-1]", 3),
        ("$.list[0,2]", [0, 2]),
        ("$.list[1:3]", [1, 2]),
        ("$.list[:2]", [0, 1]),
        ("$.list[-2:]", [2, 3]),
        ("$.list[*]", [0, 1, 2, 3]),
        ("$.list[?(@ > 1)]", [2, 3]),
        ("$.store.book[*].title", ["A", "B", "C"]),
        ("$.store.book[?(@.isbn)].title", ["B"]),
        ("$.store.book[?(!@.isbn)].title", ["A", "C"]),
        ("$.store.book[?(@.price < 10)].title", ["A"]),
        ("$.store.book[?(@.category == 'fiction' && @.price > 20)].title", ["C"]),
        ("$.store.book[?(@.price == 8 || @.price == 23)].title", ["A", "C"]),
        ("$.store.book[?(@.category in ['reference'])].title", ["A"]),
        ("$.store.book[?(@.category nin ['reference'])].title", ["B", "C"]),
        ("$.store.book[?(@.price > $.list[3])].title", ["A", "B", "C"]),
        ("$.store.bicycle['color','price']", {"color": "red", "price": 20}),
        ("$.store.bicycle['color','size']", {"color": "red"}),
        ("$.store.book[?(@.category == reference)].title", ["A"]),
        ("$.list[(@.length-1)]", 3),
        ("$.list[( @.size() - 2 )]", 2),
        ("$.list.[1]", 1),
        ("$.odd.length()", 7),
        ("$.odd.a:b", 8),
        (r"$.odd.a\.b", 9),
        ("$..price", [8, 12, 23, 20]),
        ("$..book[0].title", ["A"]),
        ("$.store.*", [DATA["store"]["book"], DATA["store"]["bicycle"]]),
        ("$.store.book[?(@.price > 99)]", []),
        ("$.store.book[7:9]", []),
    ],
)
def test_selects(path, expected):
    assert read(path).find(DATA) == expected


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("$.nope", "No results for path: $['nope']"),
        ("$.no.such.result.path", "Missing property in path $['no']"),
        ("$.store.nope.x", "Missing property in path $['store']['nope']"),
        ("$.list[9]", "Index out of bounds when evaluating path $['list'][9]"),
        ("$.list.x", "Property ['x'] not found in path $['list']"),
        ("$.list.length()", "Property ['length()'] not found in path $['list']"),
        ("$.none.x", "Property ['x'] not found in path $['none']"),
        ("$.none[0]", "The path $['none'] is null"),
        (
            "$.odd[0].x",
            "Filter: [0]['x'] can only be applied to arrays. Current context is: "
            '{"length()":7,"a:b":8,"a.b":9}',
        ),
        ("$.nope[*].x", "Missing property in path $['nope']"),
        ("$.list['a','b']", "Property ['a', 'b'] not found in path $['list']"),
        (
            "$.odd['a','b'].v",
            "Multi properties can only be used as path leafs: $['odd']['a', 'b']",
        ),
    ],
)
def test_a_definite_path_to_nothing_says_why(path, reason):
    with pytest.raises(PathMissing) as caught:
        read(path).find(DATA)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "$.",
        "$..",
        "$[",
        "$['a",
        "$.a[",
        "$.a[x]",
        "$.a[?(@.b]",
        "$.a b",
        "$.l[::0]",
        "$.l[::2]",
        "$.l[:]",
    ],
)
def test_what_is_no_path(path):
    with pytest.raises(PathSyntaxError):
        read(path)


@pytest.mark.parametrize(
    ("data", "path", "expected"),
    [
        ({"a": 1}, "$", 9),
        ({"a": 1}, "$.b", {"a": 1, "b": 9}),
        ({"a": 1}, "$.b.c", {"a": 1, "b": {"c": 9}}),
        ({"a": {"x": 1}}, "$.a.y", {"a": {"x": 1, "y": 9}}),
        ({"l": [1, 2]}, "$.l[0]", {"l": [9, 2]}),
    ],
)
def test_puts_a_value_where_a_reference_path_says(data, path, expected):
    before = repr(data)
    assert read_reference(path).put(data, 9) == expected
    assert repr(data) == before, "the data it was put into have to stay as they are"


@pytest.mark.parametrize(
    ("data", "path"), [(1, "$.a"), ([], "$.a"), ({"a": 1}, "$.a.b"), ({}, "$[0]")]
)
def test_a_place_that_cannot_be_made(data, path):
    with pytest.raises(TypeError):
        read_reference(path).put(data, 9)


@pytest.mark.parametrize("path", ["$..a", "$.a[*]", "$.a[0:1]", "$.a[?(@.b)]"])
def test_a_reference_path_names_one_place(path):
    with pytest.raises(PathSyntaxError):
        read_reference(path)


def test_a_long_filter_takes_no_long_time():
    data = {"l": [{"a": "x" * 10_000} for _ in range(200)]}
    path = "$.l[?(" + " && ".join(["@.a != 'y'"] * 200) + ")]"
    assert len(read(path).find(data)) == 200


def test_deep_data_are_searched_without_recursion():
    deep = value = {}
    for _ in range(50_000):
        value["a"] = {}
        value = value["a"]
    value["b"] = 1
    assert read("$..b").find(deep) == [1]


AWKWARD = r"""
    yes  yes  $
    yes  yes  $.a
    yes  yes  $['a']
    yes  yes  $["a"]
    yes  yes  $.a['b c']
    yes  yes  $.a[ 'b' ]
    yes  yes  $.['a']
    yes  yes  $['a.b:c@d,e?f*']
    yes  yes  $['a]b']
    yes  yes  $['it\'s']
    yes  yes  $['']
    yes  yes  $.a-b
    yes  yes  $.größe
    yes  yes  $.&Ж中.x
    yes  yes  $.1
    yes  yes  $.a$b
    yes  yes  $.a=b
    yes  yes  $.a'b
    yes  yes  $.store\.book
    yes  yes  $.\stor\e.boo\k
    yes  yes  $.foo.\.bar
    yes  yes  $.foo\@bar.baz\[\[.\?pretty
    yes  yes  $[0]
    yes  yes  $.[0]
    yes  yes  $.a.[0]
    yes  yes  $.a[0][1].b
    yes  yes  $.a[ 0 ]
    yes  yes  $.a[-1]
    yes  yes  $.a[0]b
    yes  yes  $.ledgers[0][22][315].foo
    yes  no   $.a.length()
    yes  no   $.a.sum().b
    yes  no   $.length(
    yes  no   $.a)
    yes  no   $.a:b
    yes  no   $.a@type
    yes  no   $.@type
    yes  no   $.a?
    yes  no   $.a,
    yes  no   $.a,b
    yes  no   $.a*
    yes  no   $.*a
    yes  no   $.*
    yes  no   $.*.a
    yes  no   $[*]
    yes  no   $.a[ * ]
    yes  no   $..a
    yes  no   $..*
    yes  no   $..[0]
    yes  no   $..['a']
    yes  no   $.a..b
    yes  no   $['a','b']
    yes  no   $["a", 'b']
    yes  no   $.a[0,1]
    yes  no   $.a[0 , -1]
    yes  no   $.a[1:]
    yes  no   $.a[:2]
    yes  no   $.a[-2:]
    yes  no   $.a[1:2].b
    yes  no   $[(@.length-1)].bar
    yes  no   $.a[?(@.b)]
    yes  no   $.a[?(!@.b)]
    yes  no   $.a[?(@.b == 'x]')].c
    yes  no   $.a[?(@.b == pass)]
    yes  no   $.[?(@.year < 1999)].name
    yes  no   $.a[?(@.b < -10 && (@.c || @.d != null))]
    yes  no   $.a[? (@.b)]
    no   no   $.
    no   no   $..
    no   no   $...
    no   no   $...a
    no   no   $.a.
    no   no   $.a..
    no   no   $.a b
    no   no   $. a
    no   no   $ .a
    no   no   $a b
    no   no   $.a\
    no   no   $[
    no   no   $[]
    no   no   $.a[
    no   no   $.a[]
    no   no   $.a]
    no   no   $['a
    no   no   $['a'
    no   no   $['a' 'b']
    no   no   $['a',]
    no   no   $[a]
    no   no   $[+1]
    no   no   $[--1]
    no   no   $[0,]
    no   no   $[1.5]
    no   no   $[99999999999]
    no   no   $[:]
    no   no   $[::2]
    no   no   $[0:4:2]
    no   no   $[$.a]
    no   no   $[*
    no   no   $[?]
    no   no   $[?()]
    no   no   $[?(a)]
    no   no   $[?(@.b]
    no   no   $[?(@.b ==)]
    no   no   $[?(@.b =~ /x/i)]
    no   no   $[(@.length)]
    no   no   $~
    no   no   $@type
    no   no   @.a
    no   no   a.b
"""
"""Is it a path, is it a Reference Path, and its text."""


def awkward():
    rows = [line.split(maxsplit=2) for line in AWKWARD.strip().splitlines()]
    return [pytest.param(text, one == "yes", two == "yes", id=text) for one, two, text in rows]


def machine(**fields):
    """A definition of one state with these fields."""
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, **fields}}}


def refusals(definition):
    """What diagnosis says of it, and the interpreter."""
    try:
        compiled(definition)
    except DefinitionError as error:
        refusal = str(error)
    else:
        refusal = None
    return [one.message for one in diagnose(definition) if one.severity == "ERROR"], refusal


@pytest.mark.parametrize(("text", "is_path", "is_reference"), awkward())
def test_awkward_paths_are_read_alike_by_all(text, is_path, is_reference):
    said = "Value must be a valid JSONPath."
    for fields in ({"InputPath": text}, {"OutputPath": text}):
        assert refusals(machine(**fields)) == (([], None) if is_path else ([said], said))
    told, compiled = refusals(machine(ResultPath=text))
    assert (told == [], compiled is None) == (is_reference, is_reference)
    if not is_reference:
        assert told[0].startswith("Value is not a Reference Path")
        assert compiled == "Value is not a Reference Path"
    said = "must be a valid JSONPath or a valid intrinsic function call"
    told, compiled = refusals(machine(Parameters={"a.$": text}))
    assert (told == [], compiled is None) == (is_path, is_path)
    assert is_path or (told[0].endswith(said) and compiled.endswith(said))
    assert is_path or look_up(text, {}) is MISSING


@pytest.mark.parametrize(
    "text", ["$.a", "$['a,b']", "$.a[?(@.b == ')')]", "$.a[0,1]", "$.a.length()"]
)
def test_a_path_as_an_argument_ends_where_the_argument_does(text):
    definition = machine(Parameters={"a.$": f"States.Array({text} , {text})"})
    assert refusals(definition) == ([], None)


@pytest.mark.parametrize(
    "fields",
    [
        {"InputPath": "States.UUID()"},
        {"ResultPath": "States.UUID()"},
        {"ResultPath": "$$.a"},
        {"ResultPath": "$variable"},
        {"ResultPath": "$variable.a"},
    ],
)
def test_no_call_and_no_foreign_root_where_a_place_is_meant(fields):
    told, compiled = refusals(machine(**fields))
    assert len(told) == 1
    assert compiled is not None


@pytest.mark.parametrize(
    "template",
    [
        {"a.$": 1},
        {"a.$": "a"},
        {"a.$": "States.Nope()"},
        {"a": 1, "a.$": "$.b"},
        {"a": [{"b": {"c.$": "$.c["}}]},
    ],
)
def test_a_template_is_read_alike_by_both(template):
    told, compiled = refusals(machine(Parameters=template))
    assert len(told) == 1
    assert compiled.split("'")[:2] == told[0].split("'")[:2]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"InputPath": "$.a.length()"}, "States.ArrayLength"),
        ({"OutputPath": "$.a.sum()"}, "no functions"),
        ({"Parameters": {"a.$": "$.a.length()"}}, "States.ArrayLength"),
        ({"Parameters": {"a.$": "States.Array(States.Array($.a.min()))"}}, "no functions"),
    ],
)
def test_a_function_in_a_path_is_warned_of(fields, told):
    (warning,) = diagnose(machine(**fields))
    assert (warning.severity, warning.code) == ("WARNING", "PATH_FUNCTION")
    assert told in warning.hint


def test_white_space_behind_a_path_does_not_count():
    for fields in ({"InputPath": "$ "}, {"ResultPath": "$.a "}, {"Parameters": {"a.$": "$.a\n"}}):
        assert refusals(machine(**fields)) == ([], None)
    assert look_up("$.list[0] ", DATA) == 0


def test_nothing_is_found_where_the_root_is_not_there():
    assert look_up("$variable.a", {"a": 1}) is MISSING
    assert look_up("$$.a", {"a": 1}) is MISSING
    assert look_up("$variable.a", {}, variables={"variable": {"a": 1}}) == 1
    assert look_up("$.list[*]", DATA) == DATA["list"]
