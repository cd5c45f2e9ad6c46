"""State machines and inputs made up at random, for what has to hold of every one of them.

All chance comes from the `random.Random` that is handed in: a seed gives the same machine again.
"""

import json
from random import Random
from typing import Any

Json = Any
Definition = dict[str, Any]

TIMES = (
    "2030-01-01T00:00:00Z",
    "2030-01-01T00:00:00.5Z",
    "2030-01-01T01:00:00+01:00",
    "2029-12-31T23:59:59.999999999Z",
    "2030-02-30T00:00:00Z",
    "2030-13-01T00:00:00Z",
    "2030-01-01T24:00:00Z",
    "2016-12-31T23:59:60Z",
    "2030-01-01T00:00:00",
    "2030-01-01 00:00:00Z",
    "2030-01-01t00:00:00z",
    "2030-01-01T00:00Z",
    "2030-01-01T00:00:00+24:00",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "soon",
)
PLAIN_TIMES = TIMES[:4]

ROOTS = ("$", "$", "$", "$$", "$v")
STEPS = (
    *(".a", ".l", "['a']", '["a"]', "[0]", "[-1]", "[1]", "['b c']", ".b c", ".a-b", ".é", ".o"),
    *("[*]", ".*", "..a", "..*", "[?(@.n > 1)]", "[?(@.n)]", "[0:1]", "[-1:]", "[::2]", "[0,1]"),
    *("['a','b']", ".length()", ".a.length()", ".min()", ":b", "@type", ".a:b", ".a@type", ".$"),
    *("[ 0 ]", "[+1]", "[01]", "[]", "['']", "[a]", "[", "]", ".", "..", " ", ".0", "[0", "('a')"),
    *("['a", "['it\\'s']", '["q\\"q"]', ".a,", ".a?", ".'a'", "[$.a]", "[(@.length-1)]", "[--1]"),
    *("[99999999999999999999]", "\\", ".a\\b", ".a*", ".a(", "[?]", "[?()]", "[?(@.n ==)]", "~"),
)
"""Steps of a path as people write them, and as they write them wrongly."""

CALLS = (
    *("States.Format('{}', $.a)", "States.Format('{} {}', $.a)", "States.Format('a')"),
    *("States.Array($.a, 1, 'x', null, true)", "States.Array()", "States.ArrayLength($.l)"),
    *("States.MathAdd($.n, 1)", "States.MathAdd($.n)", "States.MathAdd($.n, 1.5)"),
    *("States.StringToJson('{}')", "States.StringToJson('{')", "States.JsonToString($)"),
    *("States.JsonToString($.a:b)", "States.Nope($.a)", "States.Format('{}', $.a", "States.UUID()"),
    *(
        "States.UUID(1)",
        "States.Hash($.s, 'MD5')",
        "States.Hash($.s, 'CRC')",
        "States.UUID",
        "States.",
    ),
    *("States.ArrayGetItem($.l, 0)", "States.ArrayGetItem($.l, States.MathAdd(0, 0))"),
    *("States.Format('it\\'s {}', $.a)", "States.Format('{', $.a)", "States.Format('\\{\\}')"),
    *('States.Format("{}", $.a)', "States.ArrayRange(0, 4, 2)", "States.Array( $.a , $['b c'] )"),
    *("States.Array($.a,)", "States.Array(,)", "States.Array(a)", "States.Array(-1, 1e2, .5)"),
    *("States.Base64Encode($.s)", "States.Array($$.Execution.Name, $v)", "States.array($.a)"),
    *("States.Array(States.Array(States.Array($.a)))", " States.UUID()", "States.UUID() "),
    *("States.MathAdd($.l[*], 1)", "States.Array($.l[?(@.n > 1)], $..a)", "States.Array('')"),
)
EXPRESSIONS = (
    *("$states.input.a", "$states.input", "$v", "$states.context.Execution.Name", "1", "'x'"),
    *("$states.input.n > 1", "$states.input.a = 'x'", "$exists($states.input.a)", "true", "$v = 1"),
    *("$states.input.l[0]", "$count($states.input.l)", "$states.input.l[$ > 1]", "[1..3]", "null"),
    *(
        "$states.input.n > 1 and $v = 1",
        "$not($states.input.b)",
        "{'x': $states.input.a}",
        "( 1; 2 )",
    ),
    *("$string($states.input.a)", "$sum($states.input.l)", "$states.input.s ~> $uppercase"),
    *(
        "$nope(1)",
        "1 +",
        "$sum(",
        "$states.input.",
        "a.b",
        "$",
        "$$",
        "$$.a",
        "$states.errorOutput",
    ),
    *(
        "$states.nothing",
        "$states.result",
        "'x",
        "/a(/",
        "/[/",
        "/(?<=a)b/",
        "$match('ab', /a/)",
        ")",
    ),
    *("function($x) { $x }", "$map([1, 2], function($x) { $x * 2 })", "$now() > '2020'", "$uuid()"),
    *(
        "$eval('1')",
        "`a b`",
        "$states.input.`b c`",
        "%.a",
        "$states.input.l.%",
        "1 := 2",
        "$x := 1",
    ),
    *("$states.input.o.{a: b}", "$states.input.l^(a)", "$states.input.l@$x.$x", "'\\u00'", "'\\q'"),
    *("$states['input']", "$lookup($states, 'input')", "$states.input.n ~> |$|{'x': 1}|", "", " "),
    *(
        "/* note */ 1",
        "/* note",
        "$v[0]",
        "$parse('{}')",
        "$random(1)",
        "1 ? 2",
        "1 ? 2 : 3",
        "1e999",
    ),
    *(
        "$partition([1, 2], 1)",
        "$hash('a', 'MD5')",
        "$range(0, 3, 1)",
        "**",
        "$states.*",
        "*.a",
        "a[b",
    ),
)
"""JSONata as people write it, well and badly."""

NAMES = ("a", "n", "s", "l", "o", "t", "b", "b c", "é")
ERRORS = ("Boom", "States.Timeout", "States.TaskFailed", "Lambda.Unknown", "States.Permissions")
CAUGHT = (*ERRORS, "States.ALL", "States.HeartbeatTimeout", "States.ResultPathMatchFailure")
CAUGHT_ALSO = (
    *("States.Runtime", "States.NoChoiceMatched", "States.QueryEvaluationError", "Other"),
    *("States.DataLimitExceeded", "States.ParameterPathFailure", "States.IntrinsicFailure"),
)
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
SAYS, RAISES, SLEEPS = "says", "raises-", "sleeps"
"""Functions by name: one answers with its payload, one fails with an error, one is too slow."""

COMPARISONS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
TESTS = ("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")
PATTERNS = ("*", "x*", "*x", "a*b", "\\*", "a\\", "\\\\", "", "x", "*a*b*", "\\x", "a**b", "é*")


def path(random: Random) -> str:
    """A path, likely an awkward one."""
    steps = (random.choice(STEPS) for _ in range(random.choice((0, 1, 1, 1, 2, 2, 3))))
    return random.choice(ROOTS) + "".join(steps)


def scalar(random: Random) -> Json:
    """A JSON value that is no object and no array."""
    return random.choice(
        (
            *(None, True, False, 0, 1, 2, -1, 1.0, 1.5, 50, "x", "X", "ab", "a*b", "*", "", "é"),
            *("1", "true", "a\\", 10**17, 1e16, random.choice(TIMES), random.choice(TIMES)),
        )
    )


def value(random: Random, depth: int = 2) -> Json:
    """A JSON value."""
    kind = random.random()
    if not depth or kind < 0.6:
        return scalar(random)
    if kind < 0.8:
        return [value(random, depth - 1) for _ in range(random.choice((0, 1, 2, 3)))]
    return {
        name: value(random, depth - 1) for name in random.sample(NAMES, random.choice((0, 1, 2)))
    }


def given(random: Random) -> dict[str, Json]:
    """An input: mostly of the kinds that the names promise, so that a machine gets somewhere."""
    made: dict[str, Json] = {
        "a": value(random),
        "n": random.choice((0, 1, 2, 1.0, 2.5, -1)),
        "s": random.choice(("x", "ab", "", "a*b", "é")),
        "l": [value(random, 1) for _ in range(random.choice((0, 1, 2, 3)))],
        "o": {"a": value(random, 1), "n": 1},
        "t": random.choice(TIMES),
        "b": random.choice((True, False)),
        "b c": scalar(random),
    }
    for name in list(made):
        if random.random() < 0.1:
            made[name] = value(random)
        elif random.random() < 0.05:
            del made[name]
    return made


def text(random: Random) -> str:
    """A JSON text, or nearly one."""
    made = json.dumps(value(random, 3), indent=random.choice((None, 1)))
    for _ in range(random.choice((0, 1, 1, 2))):
        at = random.randrange(len(made) + 1)
        piece = random.choice(
            (
                *("{", "}", "[", "]", ",", ":", '"', "'", "\\", "\n", " ", "e", "-", "+", ".", "0"),
                *(
                    "1",
                    "NaN",
                    "Infinity",
                    "nul",
                    "True",
                    "//",
                    "\x00",
                    "\t",
                    "é",
                    "\ufeff",
                    "\\u12",
                ),
                *("\\x", "01", "1.", ".5", "1e", "--1", '""', "/**/", ";", "", ""),
            )
        )
        made = made[:at] + piece + made[at + random.choice((0, 0, 1)) :]
    return made


def template(random: Random, depth: int = 2) -> dict[str, Json]:
    """A payload template, likely an awkward one."""
    made: dict[str, Json] = {}
    for _ in range(random.choice((0, 1, 1, 2))):
        key = random.choice(("a", "a.$", "b.$", ".$", "$", "a.$.$", "a.b.$", "é.$", "a.$ ", ""))
        kind = random.random()
        if kind < 0.3:
            made[key] = random.choice(("$.a", "$", "$$.State.Name", "$v", "a", "", "$.a ", " $.a"))
        elif kind < 0.5:
            made[key] = random.choice(CALLS)
        elif kind < 0.7 and depth:
            inner = template(random, depth - 1)
            made[key] = random.choice((inner, [inner], [[inner, 1]]))
        else:
            made[key] = scalar(random)
    return made


class Maker:
    """Makes one state machine. jsonata: its query language. wrong: how likely a text is awkward."""

    def __init__(self, random: Random, *, jsonata: bool, wrong: float = 0.02) -> None:
        self.random = random
        self.jsonata = jsonata
        self.wrong = wrong
        self._states = 0

    def machine(self, depth: int) -> Definition:
        """The whole definition; so deep do Parallel and Map stand in each other."""
        made = self._scope(depth, self._pick((1, 2, 3, 4)))
        if self.jsonata:
            made["QueryLanguage"] = "JSONata"
        return made

    # -- pieces

    def _pick(self, among: Any) -> Any:
        return self.random.choice(among)

    def _likely(self, chance: float) -> bool:
        return self.random.random() < chance

    def _path(self) -> str:
        if self._likely(self.wrong):
            return path(self.random)
        return self._pick(("$.a", "$.n", "$.s", "$.l", "$.o.a", "$.l[0]", "$", "$['b c']", "$.o.n"))

    def _reference(self) -> str:
        if self._likely(0.15):
            return self._pick(("$$.Execution.Name", "$$.State.Name", "$v", "$$.Execution.Input.n"))
        return self._path()

    def _call(self) -> str:
        if self._likely(self.wrong):
            return self._pick(CALLS)
        return self._pick(
            ("States.Format('{}', $.n)", "States.Array($.a, 1)", "States.MathAdd(1, 2)")
        )

    def _template(self) -> Json:
        made: dict[str, Json] = {}
        for name in self.random.sample(NAMES, self._pick((1, 2, 3))):
            kind = self.random.random()
            if kind < 0.4:
                made[f"{name}.$"] = self._path()
            elif kind < 0.6:
                made[f"{name}.$"] = self._call()
            elif kind < 0.8:
                made[name] = scalar(self.random)
            else:
                made[name] = {"a.$": self._path()} if self._likely(0.5) else [scalar(self.random)]
        return made

    def _expression(self, *usual: str) -> str:
        said = self._pick(EXPRESSIONS) if self._likely(self.wrong) else self._pick(usual)
        return f"{{% {said} %}}" if self._likely(0.95) else f"{{%{said}%}}"

    # -- states

    def _name(self) -> str:
        self._states += 1
        return f"S{self._states}" + self._pick(("", "", "", " b", "'s", '"q"', "é", "/x", "{y}"))

    def _scope(self, depth: int, size: int) -> Definition:
        names = [self._name() for _ in range(size)]
        states: dict[str, Definition] = {}
        leading = 0
        for number, name in enumerate(names):
            later = names[number + 1 :]
            kinds = ["Pass", "Pass", "Choice", "Choice", "Task", "Task", "Wait"]
            if depth:
                kinds += ["Parallel", "Map"]
            if not later:
                kinds = ["Pass", "Succeed", "Fail", *(["Parallel"] if depth else [])]
            kind = self._pick(kinds)
            state = states[name] = {"Type": kind}
            getattr(self, f"_{kind.lower()}")(state, later, depth)
            if kind not in ("Choice", "Succeed", "Fail"):
                state |= {"Next": later[0]} if later else {"End": True}
            leading += kind == "Choice"
        if leading and self._likely(0.5):
            self._add_an_end(states)
        return {"StartAt": names[0], "States": states}

    def _add_an_end(self, states: dict[str, Definition]) -> None:
        """One more state, to which one of the rules leads."""
        name = self._name()
        rules = [rule for one in states.values() for rule in one.get("Choices", ())]
        if len(rules) > 1:
            rules[0]["Next"] = name
            states[name] = {"Type": self._pick(("Succeed", "Fail"))}

    def _pass(self, state: Definition, later: list[str], depth: int) -> None:
        if self.jsonata:
            if self._likely(0.3):
                state["Output"] = self._expression(
                    "$merge([$states.input, {'a': 1}])", "$states.input", "$states.input.o"
                )
            if self._likely(0.3):
                state["Assign"] = {"v": self._expression("$states.input.n", "1", "$states.input.l")}
            return
        if self._likely(0.3):
            state["Parameters"] = self._template()
        elif self._likely(0.3):
            state["Result"] = value(self.random)
        if self._likely(0.7):
            state["ResultPath"] = self._result_path()
        if self._likely(0.1):
            state["InputPath"] = self._pick((self._path(), "$", None))
        if self._likely(0.1):
            state["OutputPath"] = self._pick((self._path(), "$", None))
        if self._likely(0.2):
            state["Assign"] = self._pick(({"v.$": self._path()}, {"v": 1}, {"v.$": self._call()}))

    def _result_path(self) -> Json:
        if self._likely(self.wrong):
            return path(self.random)
        return self._pick(
            ("$.r", "$.a", "$.o.r", "$.s.x", "$.l[0]", "$.new.deep", None, "$.r", "$.r")
        )

    def _succeed(self, state: Definition, later: list[str], depth: int) -> None:
        if self.jsonata and self._likely(0.2):
            state["Output"] = self._expression("$states.input.a")

    def _fail(self, state: Definition, later: list[str], depth: int) -> None:
        if self._likely(0.7):
            state["Error"] = self._pick(("Boom", "Other", "States.Timeout"))
        if self._likely(0.3):
            state["Cause"] = "because"
        if self.jsonata and self._likely(0.2):
            state["Error"] = self._expression("$states.input.s")
        elif not self.jsonata and self._likely(0.1):
            state.pop("Cause", None)
            state["CausePath"] = self._path()

    def _wait(self, state: Definition, later: list[str], depth: int) -> None:
        if self.jsonata:
            field, said = self._pick((("Seconds", "0"), ("Timestamp", "$states.input.t")))
            state[field] = self._expression(said)
        elif self._likely(0.5):
            state["SecondsPath"] = self._pick(("$.n", "$.o.n", self._path()))
        elif self._likely(0.5):
            state["TimestampPath"] = self._pick(("$.t", self._path()))
        else:
            wrong = self._likely(self.wrong)
            state["Timestamp"] = self._pick(TIMES if wrong else ("2020-01-01T00:00:00Z",))

    def _choice(self, state: Definition, later: list[str], depth: int) -> None:
        state["Choices"] = [self._outer_rule(later) for _ in range(self._pick((1, 2, 2, 3)))]
        if self._likely(0.9):
            state["Default"] = later[0]
        else:
            state["Choices"][-1]["Next"] = later[0]
        if not self.jsonata and self._likely(0.1):
            state["InputPath"] = self._pick((self._path(), "$"))

    def _outer_rule(self, later: list[str]) -> Definition:
        if self.jsonata:
            rule: Definition = {
                "Condition": self._expression(
                    *("$states.input.n > 1", "$states.input.b", "$states.input.s = 'x'", "$v = 1"),
                    *("true", "$exists($states.input.r)", "$states.context.State.Name = 'S1'"),
                )
            }
        else:
            rule = self.rule(2)
        return rule | {"Next": self._pick(later)}

    def rule(self, depth: int) -> Definition:
        """A JSONPath rule without its Next."""
        kind = self.random.random()
        if depth and kind < 0.2:
            name = self._pick(("And", "Or"))
            return {name: [self.rule(depth - 1) for _ in range(self._pick((1, 2, 2)))]}
        if depth and kind < 0.3:
            return {"Not": self.rule(depth - 1)}
        rule: Definition = {"Variable": self._reference()}
        if kind < 0.5:
            return rule | {self._pick(TESTS): self._pick((True, True, False))}
        kind = self._pick(("String", "Numeric", "Timestamp", "Boolean"))
        how = "Equals" if kind == "Boolean" else self._pick(COMPARISONS)
        if self._likely(0.3):
            return rule | {f"{kind}{how}Path": self._reference()}
        if self._likely(0.1):
            return rule | {"StringMatches": self._pick(PATTERNS)}
        times = TIMES if self._likely(self.wrong) else PLAIN_TIMES
        among = {
            "String": ("x", "ab", "", "é", "a"),
            "Numeric": (0, 1, 2, 1.0, 1.5, 10**17),
            "Timestamp": times,
            "Boolean": (True, False),
        }
        if kind == "Timestamp":
            rule["Variable"] = self._pick(("$.t", rule["Variable"]))
        return rule | {f"{kind}{how}": self._pick(among[kind])}

    def _task(self, state: Definition, later: list[str], depth: int) -> None:
        does = self._pick((SAYS, SAYS, RAISES + self._pick(ERRORS), SLEEPS))
        state["Resource"] = FUNCTION + does
        if does == SLEEPS:
            state["TimeoutSeconds"] = 1
        if self.jsonata:
            if self._likely(0.3):
                state["Arguments"] = self._expression("$states.input", "{'a': 1}")
            state["Output"] = self._expression("$states.input", "$states.input", "$states.result")
        else:
            state["ResultPath"] = self._result_path()
            if self._likely(0.2):
                state["ResultSelector"] = self._template()
            if self._likely(0.2):
                state["Parameters"] = self._template()
        if self._likely(0.2):
            state["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": self._pick((0, 1, 2))}]
        self._catch(state, later)

    def _catch(self, state: Definition, later: list[str]) -> None:
        if not later or self._likely(0.2):
            return
        catchers: list[Definition] = []
        for _ in range(self._pick((1, 2, 3))):
            names = self.random.sample(
                CAUGHT if self._likely(0.8) else CAUGHT_ALSO, self._pick((1, 2))
            )
            catchers.append({"ErrorEquals": [n for n in names if n != "States.ALL"] or ["Boom"]})
        if self._likely(0.6):
            catchers.append({"ErrorEquals": ["States.ALL"]})
        for catcher in catchers:
            catcher["Next"] = self._pick(later)
            if self.jsonata and self._likely(0.5):
                catcher["Output"] = self._expression("$states.input", "$states.errorOutput")
            elif not self.jsonata and self._likely(0.7):
                catcher["ResultPath"] = self._result_path()
        state["Catch"] = catchers

    def _parallel(self, state: Definition, later: list[str], depth: int) -> None:
        state["Branches"] = [
            self._scope(depth - 1, self._pick((1, 1, 2, 3))) for _ in range(self._pick((1, 2)))
        ]
        self._around(state, later)

    def _map(self, state: Definition, later: list[str], depth: int) -> None:
        inner = self._scope(depth - 1, self._pick((1, 1, 2)))
        state["ItemProcessor"] = {"ProcessorConfig": {"Mode": "INLINE"}, **inner}
        if self.jsonata:
            state["Items"] = self._expression("$states.input.l", "[1, 2]")
            if self._likely(0.3):
                state["ItemSelector"] = self._expression(
                    "$states.input", "$states.context.Map.Item"
                )
        else:
            state["ItemsPath"] = self._pick(("$.l", self._path()))
            if self._likely(0.6):
                state["ItemSelector"] = {
                    "a.$": "$$.Map.Item.Value",
                    "n.$": "$.n",
                    "s": "x",
                    "l": [1],
                }
        if self._likely(0.3):
            state["MaxConcurrency"] = 1
        self._around(state, later)

    def _around(self, state: Definition, later: list[str]) -> None:
        """What Parallel and Map have of fields that take the result on."""
        if self.jsonata:
            if self._likely(0.7):
                state["Output"] = self._expression("$states.input", "$states.result")
        else:
            state["ResultPath"] = self._result_path()
            if self._likely(0.1):
                state["ResultSelector"] = self._template()
        self._catch(state, later)
