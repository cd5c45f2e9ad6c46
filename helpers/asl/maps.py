"""What only a Map has: processor, reader, batcher, writer, label."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.fields import BATCHER_NUMBERS, NO_CONTEXT_PATHS, READER_NUMBERS, Number
from helpers.asl.json_text import dump
from helpers.asl.jsonata.reading import is_expression
from helpers.asl.payloads import check_template
from helpers.asl.places import Steps
from helpers.asl.service import PLACEHOLDER_PARTS
from helpers.asl.suggest import nearest
from helpers.asl.values import (
    expect,
    expect_number,
    expect_one_of,
    expect_reference,
    required,
    too_many,
    unknown_field,
    wrong_language,
)

_READER_FIELDS = ("Resource", "ReaderConfig", "Parameters", "Arguments", "Comment")
_READER_CONFIG_FIELDS = (
    "InputType",
    "MaxItems",
    "MaxItemsPath",
    "CSVHeaderLocation",
    "CSVHeaders",
    "CSVDelimiter",
    "Transformation",
    "ManifestType",
    "ItemsPointer",
)
_INPUT_TYPES = ("MANIFEST", "JSON", "CSV", "JSONL", "PARQUET")
_BATCHER_FIELDS = ("BatchInput", *BATCHER_NUMBERS, *(name + "Path" for name in BATCHER_NUMBERS))
_WRITER_FIELDS = ("Resource", "Parameters", "Arguments", "WriterConfig", "Comment")
_BAD_LABEL = re.compile(r"[\s?*<>{}\[\]:;,\\|^~$#%&`\"\x00-\x1f\x7f-\x9f]")


def check_map(
    findings: Findings,
    raw: dict[str, Any],
    steps: Steps,
    *,
    jsonata: bool,
    express: bool,
    group: Hashable = None,
) -> None:
    """The fields of a Map state that no other state has."""
    for key in ("ItemProcessor", "Iterator"):
        if isinstance(raw.get(key), dict) and "ProcessorConfig" in raw[key]:
            _check_config(
                findings,
                raw[key]["ProcessorConfig"],
                (*steps, key, "ProcessorConfig"),
                express=express,
            )
    if isinstance(raw.get("ItemReader"), dict):
        _check_reader(findings, raw["ItemReader"], (*steps, "ItemReader"), jsonata, group)
    if isinstance(raw.get("ItemBatcher"), dict):
        _check_batcher(findings, raw["ItemBatcher"], (*steps, "ItemBatcher"), jsonata, group)
    if isinstance(raw.get("ResultWriter"), dict):
        _check_writer(findings, raw["ResultWriter"], (*steps, "ResultWriter"), jsonata, group)
    if isinstance(raw.get("Label"), str):
        _check_label(findings, raw["Label"], (*steps, "Label"))


def _check_config(findings: Findings, config: Any, steps: Steps, *, express: bool) -> None:
    if not expect(findings, "OBJECT", config, steps):
        return
    for name in config:
        if name not in ("Mode", "ExecutionType", "Comment"):
            unknown_field(findings, str(name), steps, ("Mode", "ExecutionType"))
    mode = config.get("Mode")
    if "Mode" in config:
        expect_one_of(findings, ("INLINE", "DISTRIBUTED"), mode, (*steps, "Mode"))
    if mode == "DISTRIBUTED" and express:
        findings.add(
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state "
            "machines",
            (*steps, "Mode"),
            "Use INLINE, or a Standard workflow.",
        )
    if mode == "DISTRIBUTED" and "ExecutionType" not in config:
        required(
            findings,
            ["ExecutionType"],
            steps,
            "Say whether each item runs as a STANDARD or an EXPRESS execution.",
        )
    elif mode == "INLINE" and "ExecutionType" in config:
        unknown_field(
            findings, "ExecutionType", steps, (), "Only a DISTRIBUTED Map has an ExecutionType."
        )
    elif "ExecutionType" in config:
        expect_one_of(
            findings, ("STANDARD", "EXPRESS"), config["ExecutionType"], (*steps, "ExecutionType")
        )


def _check_reader(
    findings: Findings, reader: dict[str, Any], steps: Steps, jsonata: bool, group: Hashable
) -> None:
    _check_names(findings, reader, steps, _READER_FIELDS)
    _check_language(findings, reader, steps, jsonata, group)
    if "Resource" not in reader:
        required(findings, ["Resource"], steps, "Write arn:aws:states:::s3:getObject.")
    else:
        _check_s3(
            findings,
            reader["Resource"],
            ("s3:getObject", "s3:listObjectsV2"),
            (*steps, "Resource"),
        )
    if not jsonata:
        check_template(findings, reader.get("Parameters"), (*steps, "Parameters"))
    if "ReaderConfig" not in reader or not expect(
        findings, "OBJECT", reader["ReaderConfig"], (*steps, "ReaderConfig")
    ):
        return
    config, place = reader["ReaderConfig"], (*steps, "ReaderConfig")
    _check_names(findings, config, place, _READER_CONFIG_FIELDS)
    kind = config.get("InputType")
    if isinstance(kind, str) and kind not in _INPUT_TYPES and not is_placeholder(kind):
        findings.add(
            f"The field 'InputType' should have one of these values: [{', '.join(_INPUT_TYPES)}]",
            (*place, "InputType"),
            f"There is no InputType {kind!r}.",
        )
    elif kind == "CSV" and "CSVHeaderLocation" not in config:
        findings.add(
            "The field 'CSVHeaderLocation' is required",
            place,
            "Write FIRST_ROW if the first line names the columns, GIVEN if CSVHeaders does.",
        )
    elif kind is None and config.get("Transformation") == "LOAD_AND_FLATTEN":
        findings.add(
            "The field 'InputType' is required",
            place,
            "Say what the objects hold, such as JSON or CSV.",
        )
    of_rows = [name for name in ("CSVHeaderLocation", "CSVHeaders") if name in config]
    if kind in ("JSON", "JSONL"):
        for name in of_rows:
            unknown_field(findings, name, place, (), "Only a CSV file has it: take it away.")
        if config.get("ManifestType") == "ATHENA_DATA" and kind == "JSON":
            unknown_field(
                findings, "ManifestType", place, (), "No manifest of Athena lists JSON: use JSONL."
            )
    pointer = config.get("ItemsPointer")
    if isinstance(pointer, str) and pointer[:1] not in ("/", "") and not is_placeholder(pointer):
        findings.add(
            f"Invalid input: JSON Pointer expression must start with '/': {dump(pointer)}",
            (*place, "ItemsPointer"),
            f"Write '/{pointer}'.",
        )
    if "CSVHeaderLocation" in config and kind not in ("JSON", "JSONL"):
        expect_one_of(
            findings,
            ("FIRST_ROW", "GIVEN"),
            config["CSVHeaderLocation"],
            (*place, "CSVHeaderLocation"),
        )
        if config["CSVHeaderLocation"] == "GIVEN" and "CSVHeaders" not in config:
            required(findings, ["CSVHeaders"], place, "Name the columns in CSVHeaders.")
    _check_numbers(findings, READER_NUMBERS, config, place, jsonata, group)


def _check_batcher(
    findings: Findings, batcher: dict[str, Any], steps: Steps, jsonata: bool, group: Hashable
) -> None:
    _check_names(findings, batcher, steps, _BATCHER_FIELDS)
    _check_numbers(findings, BATCHER_NUMBERS, batcher, steps, jsonata, group)
    if not jsonata:
        check_template(findings, batcher.get("BatchInput"), (*steps, "BatchInput"))


def _check_writer(
    findings: Findings, writer: dict[str, Any], steps: Steps, jsonata: bool, group: Hashable
) -> None:
    _check_names(findings, writer, steps, _WRITER_FIELDS)
    _check_language(findings, writer, steps, jsonata, group)
    if "Resource" in writer:
        _check_s3(findings, writer["Resource"], ("s3:putObject",), (*steps, "Resource"))
    if not jsonata:
        check_template(findings, writer.get("Parameters"), (*steps, "Parameters"))


def _check_s3(findings: Findings, resource: Any, allowed: tuple[str, ...], steps: Steps) -> None:
    if not isinstance(resource, str):
        expect(findings, "STRING", resource, steps)
        return
    plain = PLACEHOLDER_PARTS.sub("x", resource)
    if resource.startswith("arn:") and any(
        re.fullmatch(rf"arn:[^:]+:states:::{name}", plain) for name in allowed
    ):
        return
    if is_placeholder(resource) and not resource.startswith("arn:"):
        return
    examples = ", ".join(f"arn:<partition>:states:::{name}" for name in allowed)
    findings.add(
        f"The field 'Resource' does not match any of the allowed values. Examples: [{examples}]",
        steps,
        f"Write arn:aws:states:::{allowed[0]}.",
    )


def _check_numbers(
    findings: Findings,
    rules: dict[str, Number],
    raw: dict[str, Any],
    steps: Steps,
    jsonata: bool,
    group: Hashable,
) -> None:
    for name, rule in rules.items():
        path = name + "Path"
        if jsonata and path in raw:
            wrong_language(findings, path, steps, jsonata=True, group=group)
        elif name in raw and path in raw:
            too_many(findings, [name, path], steps, f"Keep {name} or {path}.")
        elif name in raw:
            expect_number(
                findings,
                rule,
                raw[name],
                (*steps, name),
                jsonata=jsonata,
                group=group if is_expression(raw[name]) else None,
            )
        elif path in raw:
            context = path not in NO_CONTEXT_PATHS
            expect_reference(findings, raw[path], (*steps, path), context=context)


def _check_language(
    findings: Findings, raw: dict[str, Any], steps: Steps, jsonata: bool, group: Hashable
) -> None:
    wrong = "Parameters" if jsonata else "Arguments"
    if wrong in raw:
        wrong_language(findings, wrong, steps, jsonata=jsonata, group=group)


def _check_label(findings: Findings, label: str, steps: Steps) -> None:
    if is_placeholder(label):
        return
    bad = _BAD_LABEL.search(label)
    if len(label) > 40:
        why, hint = "exceeds the 40-character limit allowed by the service", "Shorten it."
    elif not label:
        why, hint = "is empty", "Write a label, or take the field away."
    elif bad:
        why, hint = "contains invalid characters", f"Take {bad[0]!r} out of it."
    else:
        return
    findings.add(
        f"Invalid Label name: Label '{label}' {why}", steps, hint, code="INVALID_LABEL_NAME"
    )


def _check_names(
    findings: Findings, raw: dict[str, Any], steps: Steps, known: tuple[str, ...]
) -> None:
    """Reports a name only if it looks mistyped: readers and writers learn new fields often."""
    for name in raw:
        if name not in known and nearest(str(name), known):
            unknown_field(findings, str(name), steps, known)
