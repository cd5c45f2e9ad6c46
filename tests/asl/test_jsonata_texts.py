"""A JSONata text is read once: diagnosis, interpreter and words say the same of it."""

import pytest

from helpers.asl import diagnose, rule_holds, rule_value
from helpers.asl.evaluation import DefinitionError
from helpers.asl.jsonata.reading import read, reads_context
from helpers.asl.jsonata.templates import compile_jsonata


def machine(expression):
    state = {"Type": "Pass", "Output": expression, "End": True}
    return {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("1 /* a note at the end */", None),
        ("/* a note */", "Unexpected end of expression"),
        ("/* a note", "Comment has no closing tag"),
        ("1 + /* a note *", "Comment has no closing tag"),
        ("/", "No terminating / in regular expression"),
        ("1 + /", "No terminating / in regular expression"),
        ("/a(b)/", None),
        ("1 ! 2", 'Unknown operator: "!"'),
        ("$a ~ $b", 'Unknown operator: "~"'),
        ("$sum(", 'Expected ")" before end of expression'),
        ("price[1,2)", 'Expected "]", got ","'),
        ("(" * 5000, "The expression is nested too deeply"),
        ("/(?<day>[0-9]+)/", None),
        ("/[[:alpha:]](?k)/", None),  # what Python cannot read it cannot judge either
    ],
)
def test_what_does_not_parse_is_refused_in_the_same_words_by_all(text, error):
    expression = f"{{% {text} %}}"
    assert read(text).error == error
    told = [one.message for one in diagnose(machine(expression)) if "INVALID" in one.code]
    assert told == ([] if error is None else [error])
    if error is None:
        assert compile_jsonata(expression, "Output") is not None
    else:
        with pytest.raises(DefinitionError) as refused:
            compile_jsonata(expression, "Output")
        assert (str(refused.value), refused.value.location) == (error, "Output")


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("$states.input", False),
        ("$states.input.context", False),
        ("$states.result[0].context", False),
        ("$states.context.Execution", True),
        ("$states", True),
        ("$states.*", True),
        ("$states['context']", True),
        ("$lookup($states, 'context')", True),
        ("($s := $states; $s.context)", True),
        ("$map([1], function($x) { $states.context.State.Name & $x })", True),
        ("$states.input ~> |$|{'x': $states.context}|", True),
        ("$states.input^(>$states.context.a)", True),
        ("$states.input{'a': $states.context.b}", True),
        ("$states.input[$states.context.a = b]", True),
    ],
)
def test_the_context_object_is_made_where_it_may_be_read(text, reads):
    assert reads_context(read(text).tree) is reads


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$states.input.l[0] = 1", "$states.input.l[0] 7 = 1"),
        ("$states.input.l[-1] = 1", "$states.input.l[-1] 8 = 1"),
        ("$states.input.l[ 1 ] = 1", "$states.input.l[ 1 ] 8 = 1"),
        ("$states.input.`b c` = 1", '$states.input.`b c` "x" = 1'),
        ("$states.input.o.a = 1", "$states.input.o.a [1, 2] = 1"),
        ("$states.input.l[$ > 1] = 1", "$states.input.l[$ > 1] = 1"),
        ("$states.input.no = 1", "$states.input.no (absent) = 1"),
        ("$n > $m", "$n 9 > $m"),
        ("'$n' = $n", "'$n' = $n 9"),
        ("/$n/ = $n", "/$n/ = $n 9"),
        ("$n /* $n */ > 1", "$n 9 /* $n */ > 1"),
        ("$filter($states.input.l, function($n) { $n > 1 }) = 1",
         "$filter($states.input.l [7, 8], function($n) { $n > 1 }) = 1"),
        ("($n := 1; $n > 0)", "($n := 1; $n > 0)"),
        ("$n(1) = 1", "$n(1) = 1"),
        ("$n ~> $n", "$n 9 ~> $n 9"),
        ("$n +", "$n +"),
    ],
)  # fmt: skip
def test_a_condition_is_shown_with_the_values_that_it_looked_at(text, said):
    seen = {"l": [7, 8], "b c": "x", "o": [{"a": 1}, {"a": 2}]}
    assert rule_value({"Condition": f"{{% {text} %}}"}, seen, variables={"n": 9}) == said


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("{% $states.input.n > 1 %}", True),
        ("{% $states.input.n > 2 %}", False),
        ("{%$v = 1%}", True),
        ("{% $states.context.State.Name = 'Ask' %}", True),
        ("{% $states.input.n %}", None),  # no boolean: the execution fails
        ("{% $states.input.no %}", None),
        ("{% 1 + %}", None),
        ("{% $now() > '2020' %}", None),
        ("{% $random() < 2 %}", None),
        ("{% $uuid() = 'x' %}", None),
        (True, True),
        ("true", False),
        ("${Condition}", None),
        (None, None),
    ],
)
def test_a_condition_holds_where_the_interpreter_says_so(condition, holds):
    context = {"State": {"Name": "Ask"}}
    assert rule_holds({"Condition": condition}, {"n": 2}, context, {"v": 1}) is holds


def test_a_condition_on_a_context_that_was_not_told_cannot_be_told():
    rule = {"Condition": "{% $not($exists($states.context.State)) %}"}
    assert rule_holds(rule, {}) is None
