"""Where a distributed Map reads its items from, and where it writes its results: S3."""

from __future__ import annotations

import csv
from typing import Any

from helpers.asl.evaluation import DefinitionError
from helpers.asl.expressions import compile_template
from helpers.asl.failures import PathMissing, RuntimeFailure, StateError
from helpers.asl.json_text import dump, parse
from helpers.asl.jsonata.templates import compile_jsonata
from helpers.localaws.stepfunctions.answers import ServiceError
from helpers.localaws.stepfunctions.csv_rows import rows
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.items import pairs
from helpers.localaws.stepfunctions.run import Flow
from helpers.localaws.stepfunctions.states import Field

READER_FAILED = "States.ItemReaderFailed"
WRITER_FAILED = "States.ResultWriterFailed"
_MOST_ITEMS = 100_000_000
_CSV_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


class Found(list[Any]):
    """Items, and where each comes from."""

    def __init__(self, items: list[Any], sources: list[str]) -> None:
        super().__init__(items)
        self.sources = sources


class Parameters:
    """The Parameters or Arguments of an ItemReader or ResultWriter."""

    def __init__(self, definition: dict[str, Any], where: str, *, jsonata: bool) -> None:
        self.plain = definition.get("Arguments" if jsonata else "Parameters") or {}
        self.template = (
            compile_jsonata(self.plain, f"{where}/Arguments")
            if jsonata
            else compile_template(self.plain)
        )

    def get(self, flow: Flow, given: Data) -> dict[str, Any]:
        """Their value for a state whose input is `given`."""
        value = self.plain if self.template is None else self.template(flow.scope(given.value))
        return value if isinstance(value, dict) else {}


class ItemReader:
    """Reads the items: an object of JSON, JSON Lines or CSV, or the list of a bucket's objects."""

    def __init__(self, definition: dict[str, Any], *, jsonata: bool) -> None:
        resource = definition.get("Resource", "")
        self.action = resource.rpartition(":")[2]
        if self.action not in ("getObject", "listObjectsV2"):
            raise DefinitionError(f"{resource} is no resource of an ItemReader")
        self.parameters = Parameters(definition, "ItemReader", jsonata=jsonata)
        config = definition.get("ReaderConfig") or {}
        self.kind = config.get("InputType", "JSON")
        self.loads = config.get("Transformation") == "LOAD_AND_FLATTEN"
        self.pointer = config.get("ItemsPointer")
        self.headers = config.get("CSVHeaders")
        self.delimiter = _CSV_DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ",")
        self.most = Field(config, "MaxItems", jsonata=jsonata, kind="number")

    def read(self, flow: Flow, given: Data) -> list[Any]:
        """The items; raises StateError States.ItemReaderFailed."""
        parameters = self.parameters.get(flow, given)
        if self.kind == "PARQUET" and "VersionId" in parameters:
            raise StateError(
                READER_FAILED,
                "S3 Version ID selection is not currently supported for PARQUET files",
            )
        try:
            if self.action != "listObjectsV2":
                items = self._loaded(flow, parameters)
            elif self.loads:
                return self._flattened(flow, parameters, self._most(flow, given))
            else:
                items = self._listed(flow, parameters)
        except ServiceError as error:
            raise StateError(
                READER_FAILED,
                f"Attempting to perform the operation [{self.action}] on "
                f"[Bucket: {parameters.get('Bucket')}] failed: {error.message} (Service: Amazon "
                f"S3; Status Code: {error.status}; Error Code: {error.code}; "
                f"Request ID: {error.request_id})",
            ) from None
        return items[: self._most(flow, given)]

    def source(self, flow: Flow, given: Data) -> str:
        """Where the items come from, as the context object names it."""
        parameters = self.parameters.get(flow, given)
        listed = self.action == "listObjectsV2"
        named = [parameters.get("Bucket"), *([] if listed else [parameters.get("Key")])]
        return _place(*named)

    def _most(self, flow: Flow, given: Data) -> int:
        if not self.most.is_set:
            return _MOST_ITEMS
        try:
            most = self.most.get(flow, given.value)
        except PathMissing as missing:
            raise RuntimeFailure(f"Invalid path '{missing.path}' : {missing.reason}") from None
        most = self.most.whole(most)
        if most < 0:
            cause = "field MaxItems must be positive"
            raise self.most.wrong(cause) if self.most.computed else StateError(READER_FAILED, cause)
        return most or _MOST_ITEMS

    def _loaded(self, flow: Flow, parameters: dict[str, Any]) -> list[Any]:
        run = flow.run
        answer = run.services.request(
            "s3", "getObject", parameters, run.region, run.role_arn, sdk=True
        )
        return self._parsed(answer["Body"], parameters)

    def _flattened(self, flow: Flow, parameters: dict[str, Any], most: int) -> Found:
        """What is in the objects of a bucket, one after the other, each with its object."""
        items: list[Any] = []
        sources: list[str] = []
        for entry in self._listed(flow, parameters):
            if len(items) >= most:
                break
            bucket, key = parameters.get("Bucket"), entry["Key"]
            items += self._loaded(flow, {"Bucket": bucket, "Key": key})
            sources += [_place(bucket, key)] * (len(items) - len(sources))
        return Found(items[:most], sources[:most])

    def _listed(self, flow: Flow, parameters: dict[str, Any]) -> list[Any]:
        run, objects, more = flow.run, [], {}
        while True:
            answer = run.services.request(
                "s3", "listObjectsV2", {**parameters, **more}, run.region, run.role_arn, sdk=True
            )
            objects += [_object(entry) for entry in answer.get("Contents", [])]
            token = answer.get("NextContinuationToken")
            if not token:
                return objects
            more = {"ContinuationToken": token}

    def _parsed(self, body: str, parameters: dict[str, Any]) -> list[Any]:
        where = f"[Bucket: {parameters.get('Bucket')}, Key: {parameters.get('Key')}]"
        try:
            if self.kind == "CSV":
                return self._csv(body)
            if self.kind == "JSONL":
                return [parse(line) for line in body.splitlines() if line.strip()]
            if self.kind == "JSON":
                items = parse(body)
                for part in (self.pointer or "").strip("/").split("/"):
                    if part:
                        part = part.replace("~1", "/").replace("~0", "~")
                        items = items[int(part)] if isinstance(items, list) else items[part]
                if isinstance(items, dict):
                    return pairs(items)
                if isinstance(items, list):
                    return items
                raise KeyError(self.pointer)
        except (KeyError, IndexError, TypeError):
            raise StateError(READER_FAILED, "Attempting to map over non-iterable node.") from None
        except (ValueError, csv.Error):
            raise StateError(READER_FAILED, f"The file is no {self.kind}: {where}") from None
        raise StateError(
            READER_FAILED, f"The local endpoint does not read items of the type {self.kind}"
        )

    def _csv(self, body: str) -> list[Any]:
        # https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
        lines = rows(body.lstrip("\ufeff"), self.delimiter)
        headers = self.headers
        if headers is None:
            if not lines:
                return []
            headers, lines = lines[0], lines[1:]
        if len(set(headers)) < len(headers):
            raise StateError(READER_FAILED, "CSV headers cannot contain duplicates.")
        items = []
        for row in lines:
            cells = [*row, *[""] * (len(headers) - len(row))]
            items.append(dict(zip(headers, cells, strict=False)))
        return items


def _place(*names: Any) -> str:
    return "s3://" + "/".join(map(str, names))


def _object(entry: dict[str, Any]) -> dict[str, Any]:
    """An object of the bucket as an item: these fields it has, whatever S3 tells besides.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
    """
    modified = entry["LastModified"]
    return {
        "Etag": entry["ETag"],
        "Key": entry["Key"],
        "LastModified": _epoch(modified) if isinstance(modified, str) else modified,
        "Size": entry["Size"],
        "StorageClass": entry["StorageClass"],
    }


def _epoch(text: str) -> float:
    """Seconds; AWS has them as a number that is not whole, and writes 1.789180622E9."""
    from datetime import datetime

    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class ResultWriter:
    """Writes what the children of a Map Run gave, and a manifest of it."""

    def __init__(self, definition: dict[str, Any], *, jsonata: bool) -> None:
        self.parameters = Parameters(definition, "ResultWriter", jsonata=jsonata)
        self.to_s3 = "Resource" in definition
        config = definition.get("WriterConfig") or {}
        self.transformation = config.get("Transformation", "NONE")
        self.lines = config.get("OutputType") == "JSONL"

    def shaped(self, children: list[dict[str, Any]]) -> list[Any]:
        """The results as Transformation wants them: NONE, COMPACT or FLATTEN."""
        if self.transformation == "NONE":
            return children
        values = [_output(child) for child in children]
        if self.transformation == "COMPACT":
            return values
        flat: list[Any] = []
        for value in values:
            flat.extend(value if isinstance(value, list) else [value])
        return flat

    def write(
        self, flow: Flow, given: Data, map_run_arn: str, children: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Write the files; gives what the state's result tells of them."""
        parameters = self.parameters.get(flow, given)
        prefix = str(parameters.get("Prefix", "")).strip("/")
        folder = "/".join(part for part in (prefix, map_run_arn.rpartition(":")[2]) if part)
        ending = "jsonl" if self.lines else "json"
        files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        try:
            for status, listed in files.items():
                chosen = [child for child in children if _group(child) == status]
                if not chosen:
                    continue
                shaped = self.shaped(chosen) if status == "SUCCEEDED" else chosen
                text = "\n".join(map(dump, shaped)) if self.lines else dump(shaped)
                key = f"{folder}/{status}_0.{ending}"
                self._put(flow, parameters, key, text)
                listed.append({"Key": key, "Size": len(text.encode())})
            manifest = {
                "DestinationBucket": parameters.get("Bucket"),
                "MapRunArn": map_run_arn,
                "ResultFiles": files,
            }
            self._put(flow, parameters, f"{folder}/manifest.json", dump(manifest))
        except ServiceError as error:
            raise StateError(WRITER_FAILED, error.cause("Amazon S3")) from None
        return {
            "MapRunArn": map_run_arn,
            "ResultWriterDetails": {
                "Bucket": parameters.get("Bucket"),
                "Key": f"{folder}/manifest.json",
            },
        }

    def _put(self, flow: Flow, parameters: dict[str, Any], key: str, text: str) -> None:
        run = flow.run
        request = {"Bucket": parameters.get("Bucket"), "Key": key, "Body": text.encode()}
        run.services.request("s3", "putObject", request, run.region, run.role_arn, sdk=True)


def _group(child: dict[str, Any]) -> str:
    status = child["Status"]
    return status if status in ("SUCCEEDED", "PENDING") else "FAILED"


def _output(child: dict[str, Any]) -> Any:
    return parse(child["Output"]) if "Output" in child else None
