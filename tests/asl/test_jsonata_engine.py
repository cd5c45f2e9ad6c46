"""JSONata as JSONata has it: where jsonata-python has it otherwise, `helpers.asl.jsonata` mends it.

The values and words are those of https://github.com/jsonata-js/jsonata, which AWS's are.
"""

import random
import threading

import pytest

from helpers.asl.evaluation import Outside, Scope
from helpers.asl.jsonata.evaluation import QueryError, compile_expression
from helpers.asl.jsonata.reading import read

OUTSIDE = Outside(lambda: 0.0, random.Random(1), lambda: "an-id")


def value(text, given=None):
    return compile_expression(text, "Output")(Scope(given, dict, OUTSIDE))


def cause(text, given=None):
    with pytest.raises(QueryError) as caught:
        value(text, given)
    return caught.value.cause.partition(" specified for the field 'Output' ")[2]


ITEMS = [{"n": "b", "p": 1}, {"n": "a", "p": 1}, {"n": "c", "p": 0}, {"n": "d", "p": 1}]


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        # what is equal stays in its order
        ("$states.input^(p).n", ITEMS, ["c", "b", "a", "d"]),
        ("$states.input^(>p).n", ITEMS, ["b", "a", "d", "c"]),
        ("$states.input^(p, >n).n", ITEMS, ["c", "d", "b", "a"]),
        ("$sort($states.input, function($a, $b) { $a.p > $b.p }).n", ITEMS, ["c", "b", "a", "d"]),
        ("$states.input.n^(%.p, $)", ITEMS, ["c", "a", "b", "d"]),
        ("$states.input[0]^(p)", ITEMS, ITEMS[0]),
        # a hundred groups are not too deep
        ("$count($keys($each($states.input, function($v, $k) { {'k': $k, 'v': $v} }){k: v}))",
         {f"k{n}": n for n in range(300)}, 300),
        # what is bound along the way may be of nothing
        ("$states.input.orders#$i[price > 9]{customer: $i}", {"orders": [{"price": 1}]}, {}),
        ("$states.input.orders@$o.nothing{$o.customer: $o}", {"orders": [{"price": 1}]}, {}),
        # texts
        ("$string($states.input)", {"ü": [0.1 + 0.2, None, True, 1e21, 2.0]},
         '{"ü":[0.3,null,true,1e+21,2]}'),
        ("$string([1, {}], true)", None, "[\n  1,\n  {}\n]"),
        ("$string($sum)", None, ""),
        ('$length("\\uD834\\uDD1E")', None, 1),
        ("$replace('68F', /(-?\\d+)F/, function($m) { $m.groups[0] & 'C' })", None, "68C"),
        ("$replace('abab', /(a)(b)/, '$2$1$$$0', 1)", None, "ba$abab"),
        ("$replace('ab', /(a)/, '$2$12')", None, "a2b"),
        ("$replace('1b1', /1/, function($m) { '11' }, 1)", None, "11b1"),
        ("$replace('a.a', '.', '$1')", None, "a$1a"),
        ("$contains('ab\\n', /b$/)", None, False),
        ("$match('aé', /\\w/).match", None, "a"),
        ("$contains('a', $nothing) = true", None, False),
        # a regular expression is a function
        ("$filter($states.input, /^a/)", ["ab", "ba", "ac"], ["ab", "ac"]),
        ("$map($states.input, /b/).start", ["ab", "ba", "c"], [1, 0]),
        ("'ab' ~> /(b)/", None, {"match": "b", "start": 1, "end": 2, "groups": ["b"]}),
        ("$type(/a/) & /a/", None, "function"),
        ("[true in [1], 1 in [true], 1 in 1, 'a' in ['a'], {} in [{}]]", None,
         [False, False, True, True, False]),
        # numbers
        ("$number('0b11') + $number('0x1F') + $number('-1.5e1')", None, 19),
        ("$parseInteger('abc', '0')", None, "NaN"),
        ("$toMillis('2018')", None, 1514764800000),
        ("$toMillis('2018-02-03T11:15:33.019+0100')", None, 1517652933019),
        ("$now() != ''", None, True),
    ],
)  # fmt: skip
def test_gives(text, given, expected):
    assert value(text, given) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$uppercase(null)", 'T0410: Argument 1 of function "uppercase" does not match function '),
        ("$map([1], 5)", 'T0410: Argument 2 of function "map" does not match function signature'),
        ("$replace('a', 'b', 'c', null)", 'T0410: Argument 4 of function "replace" does not match'),
        ("$error(null)", 'T0410: Argument 1 of function "error" does not match'),
        ("($f := function($g) { $g(1) }; [$f($string), $string(1, 2)])",
         'T0410: Argument 2 of function "string" does not match'),
        ("$replace('a', '', 'b')", "D3010: Second argument of replace function cannot be an empty"),
        ("$replace('a', 'a', 'b', -1)", "D3011: Fourth argument of replace function must evaluat"),
        ("$replace('a', /a/, function($m) { 1 })", "D3012: "),
        ("$match('abc', /x*/)", "D1004: Regular expression matches zero length string"),
        ("$split('abc', /x*/)", "D1004: Regular expression matches zero length string"),
        ("$number('+5')", 'D3030: Unable to cast value to a number: "+5"'),
        ("$number(' 5')", 'D3030: Unable to cast value to a number: " 5"'),
        ("$number('1_000')", 'D3030: Unable to cast value to a number: "1_000"'),
        ("$number('x') > 1 or true", 'D3030: Unable to cast value to a number: "x"'),
        ("$number('10e500')", "D3030: "),
        ("$power(-2, 1/3)", "D3061: The power function has resulted in a value that cannot be rep"
         "resented as a JSON number: base=-2, exponent=0.3333333333333333"),
        ("'ab' ~> /x/ ~> 'c'", "T2006: The right side of the function application operator ~> mus"),
        ("$sum ~> 'c'", "T2006: The right side of the function application operator ~> must be a "),
        ("-'a'", 'D1002: Cannot negate a non-numeric value: "a"'),
        ("$formatBase(10, 37)", "D3100: The radix of the formatBase function must be between 2 an"
         "d 36.  It was given 37"),
        ("$single([1, 2])", "D3138: The $single() function expected exactly 1 matching result.  "),
        ("$decodeUrl('%E0%A4%A')", 'D3140: Malformed URL passed to $decodeUrl(): "%E0%A4%A"'),
        ("$toMillis('2018-02-03 11:15:33')", "D3110: The argument of the toMillis function must "),
        ("$toMillis('2018', '[q]')", 'D3132: Unknown component specifier "q" in date/time picture'),
        ("$fromMillis(0, '[YN]')", "D3133: The 'name' modifier can only be applied to months and "
         'days in the date/time picture string, not "Y"'),
        ("$fromMillis(0, '[M')", "D3135: No matching closing bracket ']' in date/time picture"),
        ("$toMillis('5-22 23:59', '[M]-[D] [m]:[s]')", "D3136: The date/time picture str"),
        ("$formatInteger(1, 'α')", 'D3130: Formatting or parsing an integer as a sequence starti'
         'ng with "α" is not supported by this implementation'),
        ("$formatNumber(1, 'x')", "D3086: The sub-picture must not contain a passive character th"),
        ("$formatNumber(1, '0.0.0')", "D3081: The sub-picture must not contain more than one inst"
         "ance of the 'decimal-separator' character"),
        ("$formatNumber(1, '0#')", "D3090: The integer part of the sub-picture must not contain "),
    ],
)  # fmt: skip
def test_fails_with_its_code(text, words):
    assert f"threw an error during evaluation. {words}" in cause(text)


@pytest.mark.parametrize(
    "text",
    ["$partition($nope, 2)", "$parse($nope)", "$uppercase($nope)", "$replace($nope, 'a', 'b')",
     "$replace('a', $nope, 'b')", "$number($nope)", "$toMillis($nope)", "$sort($nope)",
     "$contains('a', $nope)"],
)  # fmt: skip
def test_what_is_made_of_nothing_is_nothing(text):
    assert cause(text) == "returned nothing (undefined)."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$states.input.a ?: 1", 'The symbol ":" cannot be used as a unary operator'),
        ("$states.input.a ?? 1", 'The symbol "?" cannot be used as a unary operator'),
        ("function(x){x}", 'Parameter "x" of function definition must be a variable name'),
    ],
)
def test_what_came_after_aws_s_version_does_not_parse(text, words):
    assert read(text).error.startswith(words)


def test_parents_are_found_in_one_text_after_another():
    texts = ["$states.input.a.(% ~> $keys)", "$states.input.a.{'x': %.b, 'y': %.%.c}"] * 2
    errors = []

    def parse():
        errors.extend(read.__wrapped__(text).error for text in texts)

    thread = threading.Thread(target=parse)  # which has a parser of its own
    thread.start()
    thread.join()
    assert errors == [None] * 4


def test_a_matcher_of_one_s_own_fails():
    matcher = "function($text, $at) { {'match': 'a', 'start': 0, 'end': 1, 'groups': []} }"
    assert "threw an error during evaluation" in cause(f"$match('a', {matcher})")


UNREADABLE = float("inf")
"""No JSON: whoever reads it fails."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$states.context.Map.Item.Value.n", 1),
        ("$states.context.Map.Item.Value & $states.context.Map.Item.Index", '{"n":1}0'),
        ("$states.input.small.a", [1, 2]),
        ("$map($states.input.small, function($x) { $x.a })", [1, 2]),
        ("$states.input.small[a = 2]", {"a": 2}),
        ("$known", 3),
        ("($large := 4; $states.input.small[0].a + 1)", 2),
    ],
)
def test_what_an_expression_does_not_look_at_costs_it_nothing(text, expected):
    """An item of a Map is not the dearer for the length of the input."""
    given = {"large": [UNREADABLE], "small": [{"a": 1}, {"a": 2}]}
    item = {"Index": 0, "Value": {"n": 1}}
    context = {"Execution": {"Input": given}, "Map": {"Item": item}}
    variables = {"known": 3, "unread": UNREADABLE}
    scope = Scope(given, lambda: context, OUTSIDE, variables)
    assert compile_expression(text, "ItemSelector")(scope) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$states.input",
        "$states",
        "$states.*",
        "$states.**.small",
        "$lookup($states, 'input')",
        "$states.input.small.%.large",
        "$states.input.(small)",
        "$states.input[large]",
        "$states.input{'a': large}",
        "$states.input@$i.small",
        "($s := $states; $s.input.small)",
        "$states.input.small & $states.input",
        "$unread",
        "(function($x) { $unread })(1)",
    ],
)
def test_what_it_may_look_at_is_there(text):
    scope = Scope({"small": 1, "large": UNREADABLE}, dict, OUTSIDE, {"unread": UNREADABLE})
    with pytest.raises(QueryError):
        compile_expression(text, "Output")(scope)
