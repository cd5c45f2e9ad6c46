"""JSONPath in Jayway's dialect: what a path selects, where it puts, what it refuses."""

import pytest

from helpers.asl.failures import PathMissing
from helpers.localaws.stepfunctions.paths import (
    PathSyntaxError,
    compile_path,
    compile_reference,
)

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
    "none": None,
    "list": [0, 1, 2, 3],
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", DATA),
        ("$.store.bicycle.color", "red"),
        ("$['store']['bicycle']['color']", "red"),
        ('$["a b"]["it\'s"]', 1),
        ("$['a b']['it\\'s']", 1),
        ("$.none", None),
        ("$.list[0]", 0),
        ("$.list[-1]", 3),
        ("$.list[0,2]", [0, 2]),
        ("$.list[1:3]", [1, 2]),
        ("$.list[:2]", [0, 1]),
        ("$.list[-2:]", [2, 3]),
        ("$.list[::2]", [0, 2]),
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
        ("$.store.bicycle['color','price']", [{"color": "red", "price": 20}]),
        ("$..price", [8, 12, 23, 20]),
        ("$..book[0].title", ["A"]),
        ("$.store.*", [DATA["store"]["book"], DATA["store"]["bicycle"]]),
        ("$.store.book[?(@.price > 99)]", []),
        ("$.store.book[7:9]", []),
    ],
)
def test_selects(path, expected):
    assert compile_path(path).find(DATA) == expected


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("$.nope", "No results for path: $['nope']"),
        ("$.no.such.result.path", "Missing property in path $['no']"),
        ("$.store.nope.x", "Missing property in path $['store']['nope']"),
        ("$.list[9]", "No results for path: $['list'][9]"),
        ("$.list.x", "No results for path: $['list']['x']"),
        ("$.nope[*].x", "No results for path: $.nope[*].x"),
    ],
)
def test_a_definite_path_to_nothing_says_why(path, reason):
    with pytest.raises(PathMissing) as caught:
        compile_path(path).find(DATA)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "path",
    ["", "a", "$.", "$..", "$[", "$['a", "$.a[", "$.a[x]", "$.a[?(@.b]", "$.a b", "$.l[::0]"],
)
def test_what_is_no_path(path):
    with pytest.raises(PathSyntaxError):
        compile_path(path)


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
    assert compile_reference(path).put(data, 9) == expected
    assert repr(data) == before, "the data it was put into have to stay as they are"


@pytest.mark.parametrize(
    ("data", "path"), [(1, "$.a"), ([], "$.a"), ({"a": 1}, "$.a.b"), ({}, "$[0]")]
)
def test_a_place_that_cannot_be_made(data, path):
    with pytest.raises(TypeError):
        compile_reference(path).put(data, 9)


@pytest.mark.parametrize("path", ["$..a", "$.a[*]", "$.a[0:1]", "$.a[?(@.b)]"])
def test_a_reference_path_names_one_place(path):
    with pytest.raises(PathSyntaxError):
        compile_reference(path)


def test_a_long_filter_takes_no_long_time():
    data = {"l": [{"a": "x" * 10_000} for _ in range(200)]}
    path = "$.l[?(" + " && ".join(["@.a != 'y'"] * 200) + ")]"
    assert len(compile_path(path).find(data)) == 200


def test_deep_data_are_searched_without_recursion():
    deep = value = {}
    for _ in range(50_000):
        value["a"] = {}
        value = value["a"]
    value["b"] = 1
    assert compile_path("$..b").find(deep) == [1]
