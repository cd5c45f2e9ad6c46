"""The hooks into moto's Lambda backend and its HTTP answers; those into its functions are beside.

moto 5.2.5 runs functions in Docker or echoes their input. Here they run in worker processes.
Imports moto, which takes a while: `install` in this package imports it.
"""

from __future__ import annotations

import base64
import binascii
import copy
import functools as tools
import json
import logging
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda import models, urls
from moto.awslambda.exceptions import InvalidRoleFormat, LambdaClientError, UnknownEventConfig
from moto.awslambda.models import (
    EventInvokeConfig,
    EventSourceMapping,
    LambdaAlias,
    LambdaBackend,
    LambdaFunction,
    lambda_backends,
)
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import TYPE_RESPONSE, BaseResponse
from moto.core.utils import iso_8601_datetime_with_nanoseconds

from helpers.localaws.account import ACCOUNT
from helpers.localaws.lambdas import (
    errors,
    functions,
    limits,
    mappings,
    polling,
    sources,
    streams,
)
from helpers.localaws.lambdas.invoking import Invoker
from helpers.localaws.lambdas.versions import chosen, configured, parted

LOG = logging.getLogger(__name__)

_invoker: Invoker
"""Who runs the functions; set by `install`."""
_poller: polling.Poller
"""Who takes messages out of queues for them; set by `install`."""
_reader: streams.Reader
"""Who reads streams for them; set by `install`."""
_plain_enrich = BaseResponse._enrich_response
_plain_publish = LambdaResponse.publish_version
_ABOUT_EVENTS = (
    "put_function_event_invoke_config",
    "update_function_event_invoke_config",
    "get_function_event_invoke_config",
    "delete_function_event_invoke_config",
)
_plain_about_events = {method: getattr(LambdaResponse, method) for method in _ABOUT_EVENTS}


def install(invoker: Invoker) -> None:
    """Put the hooks in place; a second call only changes who runs the functions."""
    global _invoker, _poller, _reader
    _invoker, _poller = invoker, polling.Poller(invoker.invoke)
    _reader = streams.Reader(invoker.invoke)
    models.lambda_backends.backend = LocalLambdaBackend
    urls.url_paths = {_with_dollar(path): view for path, view in urls.url_paths.items()}
    functions.install(_invoke_function, invoker.pools.prepare)
    sources.install(invoker.send)
    mappings.install()
    polling.install(_poller)
    streams.install(_reader)
    LambdaResponse.invoke = _answer_invoke
    LambdaResponse.invoke_async = _answer_invoke_async
    LambdaResponse.publish_version = _answer_publish_version
    LambdaResponse._enrich_response = staticmethod(_enrich_response)
    for method in _ABOUT_EVENTS:
        setattr(LambdaResponse, method, _with_qualifier(_plain_about_events[method]))


def resume() -> None:
    """Take up what waits in the queues and streams that functions are to be given."""
    _poller.resume()
    _reader.resume()


def clear() -> None:
    """Look at no queue and no stream any more: all are gone."""
    _poller.clear()
    _reader.clear()


def _with_dollar(path: str) -> str:
    """A path of moto's that takes `name:$LATEST` for a function's name, too.

    A dollar sign by its number: as itself, moto drops it from all its paths.
    """
    return path.replace(r"[\w_:%-]+", r"[\w_:%\x24-]+")


class LocalLambdaBackend(LambdaBackend):
    """moto's backend; what it keeps is plain data, so that it can be stored."""

    @property
    def _url_module(self) -> Any:
        """moto looks it up by the name of the class's module, which is another here."""
        return urls

    def __getstate__(self) -> dict[str, Any]:
        """What must be stored to have the functions back; pickle takes it."""
        storage = self._lambdas
        return {
            "region_name": self.region_name,
            "account_id": self.account_id,
            "functions": storage._functions,
            "aliases": dict(storage._aliases),
            "layers": self._layers._layers,
            "event_source_mappings": self._event_source_mappings,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["region_name"], state["account_id"])
        storage = self._lambdas
        storage._functions.update(state["functions"])
        storage._aliases.update(state["aliases"])
        for group in storage._functions.values():
            for function in [group["latest"], *group["versions"]]:
                if function is not None:
                    storage._arns[function.function_arn] = function
        self._layers._layers.update(state["layers"])
        self._event_source_mappings.update(state["event_source_mappings"])

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        """Create a function, unless AWS would refuse its configuration."""
        _check(limits.creation_problem(spec))
        _check_code(spec.get("Code"))
        _check_role(spec.get("Role"), self.region_name)
        _check_tags(spec.get("Tags") or {})
        return super().create_function(spec)

    def tag_resource(self, resource_arn: str, tags: dict[str, str]) -> None:
        """Add tags to a function, unless it would have too many."""
        _check_tags(self.list_tags(resource_arn) | tags)
        super().tag_resource(resource_arn, tags)

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Change a function, unless AWS would refuse its new configuration."""
        _check_latest(function_name, qualifier)
        _check(limits.problem(body))
        _check_role(body.get("Role"), self.region_name)
        function = self.get_function(function_name, qualifier)
        _check_revision(function, body)
        functions.revise(function)
        return super().update_function_configuration(function_name, qualifier, body)

    def update_function_code(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Give a function other code, unless it has changed since the caller looked at it."""
        _check(limits.problem(body))
        _check_latest(function_name, qualifier)
        function = self.get_function(function_name, qualifier)
        _check_revision(function, body)
        if not body.get("DryRun"):
            functions.revise(function)
            function.architectures = body.get("Architectures") or function.architectures
        return super().update_function_code(function_name, qualifier, body)

    def publish_version(self, function_name: str, description: str = "") -> LambdaFunction:
        """Make a version of $LATEST, unless it is the newest version's already.

        No number is given twice, also when its version is deleted
        (docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html).
        """
        storage = self._lambdas
        function = storage.get_function_by_name_or_arn_forbid_qualifier(function_name)
        versions = storage._functions[function.function_name]["versions"]
        if versions and not function.code_or_config_updated:
            return versions[-1]
        function.code_or_config_updated = False
        used = [int(version.version) for version in versions]
        function.last_version = max([*used, function.__dict__.get("last_version", 0)]) + 1
        made = copy.copy(function)
        made.set_version(function.last_version)
        made.event_invoke_config = []
        functions.revise(made)
        if description:
            made.description = description
        versions.append(made)
        storage._arns[made.function_arn] = made
        return made

    def create_alias(
        self,
        name: str,
        function_name: str,
        function_version: str,
        description: str,
        routing_config: str,
    ) -> LambdaAlias:
        """Make an alias, unless AWS would refuse its name or whom it shares its events with."""
        _check(limits.alias_problem(name))
        plain = self.get_function(function_name).function_name
        routing = self._routing(plain, function_version, routing_config)
        return super().create_alias(name, plain, function_version, description, routing)

    def update_alias(
        self,
        name: str,
        function_name: str,
        function_version: str | None,
        description: str | None,
        routing_config: Any,
    ) -> LambdaAlias:
        """Change what is given of an alias, unless AWS would refuse it."""
        plain = self.get_function(function_name).function_name
        alias = self.get_alias(name, plain)
        if routing_config is not None or function_version is not None:
            version = function_version or alias.function_version
            shared = alias.routing_config if routing_config is None else routing_config
            routing = self._routing(plain, version, shared)
            if routing_config is not None:
                routing_config = routing
        return super().update_alias(name, plain, function_version, description, routing_config)

    def _routing(self, function_name: str, version: str, given: Any) -> Any:
        """A routing configuration as it is kept; None is none, an empty one takes it away."""
        weights = (given or {}).get("AdditionalVersionWeights") or {}
        _check(limits.routing_problem(str(version), weights))
        for other in weights:
            self.get_function(function_name, other)
        return {"AdditionalVersionWeights": weights} if weights else given and {}

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        """Delete a function or one version of it; its workers end."""
        name, qualifier = _qualified(function_name, qualifier)
        function = self.get_function(name)
        if qualifier is not None:
            self._delete_version(function, qualifier)
            return
        gone = [function, *self.list_versions_by_function(function.function_name)]
        super().delete_function(name)
        for one in gone:
            _invoker.forget(one)

    def _delete_version(self, function: LambdaFunction, qualifier: str) -> None:
        """Delete a version, unless an alias leads to it; that it is not there is no error."""
        if qualifier == "$LATEST":
            raise errors.InvalidParameter(
                "$LATEST version cannot be deleted without deleting the function."
            )
        if not qualifier.isdigit():
            raise errors.InvalidParameter("Deletion of aliases is not currently supported.")
        name = function.function_name
        versions = self._lambdas._functions[name]["versions"]
        gone = next((one for one in versions if str(one.version) == qualifier), None)
        if gone is None:
            return
        aliases = self._lambdas._get_function_aliases(name).values()
        users = [alias.name for alias in aliases if _leads_to(alias, qualifier)]
        if users:
            raise errors.ResourceConflict(
                "Unable to delete version because the following aliases reference it: "
                f"[{', '.join(users)}]"
            )
        super().delete_function(name, qualifier)
        _invoker.forget(gone)

    def put_function_concurrency(self, function_name: str, reserved_concurrency: str) -> str:
        """Set how many events a function may have at once; no version has that for itself."""
        if parted(function_name)[1] is not None:
            raise errors.InvalidParameter(
                "This operation is permitted on Lambda functions only. Aliases and versions do not "
                "support this operation. Please specify either a function name or an unqualified "
                "function ARN."
            )
        return super().put_function_concurrency(function_name, reserved_concurrency)

    def put_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """Set how events are tried again; what was set before is replaced, not added to.

        function_name: with a qualifier, for a version or an alias alone.
        """
        name, qualifier = parted(function_name)
        holder = configured(self, name, qualifier)
        arn = f"{self.get_function(name).function_arn}:{qualifier or '$LATEST'}"
        made = EventInvokeConfig(arn, iso_8601_datetime_with_nanoseconds(), config)
        holder.event_invoke_config = [made]
        return made.response()

    def update_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any]
    ) -> dict[str, Any]:
        """Change what is given of how events are tried again."""
        before = self._event_invoke_config(function_name).config
        return self.put_function_event_invoke_config(function_name, before | config)

    def get_function_event_invoke_config(self, function_name: str) -> dict[str, Any]:
        """How events are tried again."""
        return self._event_invoke_config(function_name).response()

    def delete_function_event_invoke_config(self, function_name: str) -> None:
        """Try events again as Lambda does by itself."""
        self._event_invoke_config(function_name)
        configured(self, *parted(function_name)).event_invoke_config = []

    def list_function_event_invoke_configs(self, function_name: str) -> dict[str, Any]:
        """How events of a function, of its versions and of its aliases are tried again."""
        function = self.get_function(parted(function_name)[0])
        name = function.function_name
        aliases = self._lambdas._get_function_aliases(name).values()
        holders = [function, *self._lambdas._functions[name]["versions"], *aliases]
        known = [vars(holder).get("event_invoke_config") for holder in holders]
        return {"FunctionEventInvokeConfigs": [one[-1].response() for one in known if one]}

    def _event_invoke_config(self, function_name: str) -> EventInvokeConfig:
        name, qualifier = parted(function_name)
        known = vars(configured(self, name, qualifier)).get("event_invoke_config")
        if not known:
            arn = self.get_function(name).function_arn
            raise UnknownEventConfig(f"{arn}:{qualifier or '$LATEST'}")
        return known[-1]

    def invoke(
        self,
        function_name: str,
        qualifier: str | None,
        body: Any,
        headers: Any,
        response_headers: Any,
    ) -> bytes:
        """Run a function, as the HTTP route and moto's other services ask for it."""
        _, payload = answer(self, function_name, qualifier, body, headers, response_headers)
        return payload

    def create_event_source_mapping(self, spec: dict[str, Any]) -> EventSourceMapping:
        """Make a mapping, unless AWS would refuse it; what waits in a queue is taken at once."""
        spec = mappings.checked(self, spec)
        _, arn = mappings.target(self, spec["FunctionName"])
        # Not by moto's: its sources would hand over themselves what comes into them.
        made_of = {"FunctionArn": arn, "RegionName": self.region_name}
        mapping = EventSourceMapping(spec | made_of | {"AccountId": self.account_id})
        self._event_source_mappings[mapping.uuid] = mapping
        self._changed(mapping)
        return mapping

    def update_event_source_mapping(
        self, uuid: str, spec: dict[str, Any]
    ) -> EventSourceMapping | None:
        """Change a mapping, unless AWS would refuse what it is to be."""
        mapping = self.get_event_source_mapping(uuid)
        if mapping is None:
            return None
        spec = mappings.check_update(mapping, spec)
        super().update_event_source_mapping(uuid, spec)
        if "FunctionName" in spec:
            _, mapping.function_arn = mappings.target(self, spec["FunctionName"])
            mapping.function_name = spec["FunctionName"]
        self._changed(mapping)
        return mapping

    def list_event_source_mappings(
        self, event_source_arn: str, function_name: str
    ) -> list[EventSourceMapping]:
        """The mappings of a source, of a function by its name or its ARN, or of both."""
        found = super().list_event_source_mappings(event_source_arn, "")
        if not function_name:
            return list(found)
        try:
            _, arn = mappings.target(self, function_name)
        except errors.InvalidParameter:
            arn = function_name
        return [
            one for one in found if function_name == one.function_name or arn == one.function_arn
        ]

    def _changed(self, mapping: EventSourceMapping) -> None:
        mappings.touch(mapping)
        queue = mappings.queue_of(mapping.event_source_arn)
        if queue is not None:
            _poller.look(queue)
        else:
            _reader.look(mapping.event_source_arn)


def _check(wrong: tuple[str, str] | None) -> None:
    if wrong is not None:
        raise LambdaClientError(*wrong)


def _qualified(function_name: str, qualifier: str | None) -> tuple[str, str | None]:
    """A function's name, and the qualifier that its name or the request has."""
    name, named = parted(function_name)
    if named is not None and qualifier is not None and named != qualifier:
        raise errors.InvalidParameter(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return name, named if qualifier is None else qualifier


def _leads_to(alias: LambdaAlias, version: str) -> bool:
    weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
    return version in (str(alias.function_version), *map(str, weights))


def _check_latest(function_name: str, qualifier: str | None) -> None:
    """Refuse to change what is published (github.com/appleboy/lambda-action/issues/6)."""
    if _qualified(function_name, qualifier)[1] not in (None, "$LATEST"):
        raise errors.InvalidParameter(
            "Current operation does not support versions other than $LATEST. Please set the "
            "version to $LATEST or do not set a version in your request."
        )


def _check_revision(function: LambdaFunction, body: dict[str, Any]) -> None:
    """Refuse a change that was meant for another revision of the function."""
    wanted = body.get("RevisionId")
    if wanted is not None and wanted != function.revision_id:
        raise errors.PreconditionFailed


def _check_code(given: Any) -> None:
    """Moto keeps half a function where there is no code, and then cannot list any."""
    given = given if isinstance(given, dict) else {}
    if given.get("ZipFile") or given.get("ImageUri"):
        return
    if given.get("S3Bucket") and given.get("S3Key"):
        return
    raise errors.InvalidParameter("Please provide a source for function code.")


def _check_tags(tags: dict[str, str]) -> None:
    from helpers.localaws.on_moto.mends import tag_limits

    if tag_limits.too_many(tags):
        raise errors.InvalidParameter("Number of tags exceeds resource tag limit.")


def _check_role(arn: str | None, region: str) -> None:
    """Refuse a role that Lambda may not assume; moto says what is no role's ARN at all."""
    from helpers.localaws.iam import trust

    if not arn or f":{ACCOUNT}:" not in arn or not re.match(InvalidRoleFormat.pattern, arn):
        return
    if not trust.allows(arn, "lambda", region):
        raise errors.InvalidParameter(
            "The role defined for the function cannot be assumed by Lambda."
        )


def answer(
    backend: LambdaBackend,
    function_name: str,
    qualifier: str | None,
    body: str | bytes | None,
    headers: Any,
    response_headers: dict[str, str],
) -> tuple[int, bytes]:
    """The answer to an Invoke request: HTTP status and payload; fills in `response_headers`."""
    headers = headers or {}
    event = body.encode() if isinstance(body, str) else body or b""
    kind = headers.get("X-Amz-Invocation-Type") or "RequestResponse"
    function, qualifier = chosen(backend, function_name, qualifier)
    if kind == "DryRun":
        return 204, b""
    limit = errors.SYNCHRONOUS_LIMIT if kind == "RequestResponse" else errors.ASYNCHRONOUS_LIMIT
    if len(event) > limit:
        raise errors.RequestTooLarge(len(event), kind, limit)
    context = _client_context(headers.get("X-Amz-Client-Context"))
    if kind == "Event":
        response_headers["x-amzn-requestid"] = _invoker.enqueue(
            function, event, qualifier, client_context=context
        )
        return 202, b""
    if kind != "RequestResponse":
        raise errors.InvalidParameter(
            f"Value '{kind}' at 'invocationType' failed to satisfy constraint: Member must satisfy "
            "enum value set: [Event, DryRun, RequestResponse]"
        )
    result = _invoker.run(function, event, qualifier, client_context=context)
    response_headers["x-amz-executed-version"] = result.version
    response_headers["x-amzn-requestid"] = result.request_id
    if result.error:
        response_headers["x-amz-function-error"] = result.error
    if headers.get("X-Amz-Log-Type") == "Tail":
        response_headers["x-amz-log-result"] = base64.b64encode(result.log.encode()).decode()
    return 200, result.payload


def _client_context(encoded: str | None) -> str | None:
    if not encoded:
        return None
    try:
        text = base64.b64decode(encoded, validate=True).decode()
        json.loads(text)
    except (binascii.Error, ValueError):
        raise errors.InvalidRequestContent("client context is not JSON in base 64") from None
    return text


def _invoke_function(
    function: LambdaFunction, body: str, headers: Any, response_headers: Any
) -> bytes:
    """For LambdaFunction.invoke, which S3, SNS, streams and log subscriptions call."""
    backend = lambda_backends[function.account_id][function.region]
    qualifier = None if function.version == "$LATEST" else str(function.version)
    return answer(backend, function.function_name, qualifier, body, headers, response_headers)[1]


# -- what replaces methods of moto's LambdaResponse


def _answer_invoke(self: LambdaResponse) -> TYPE_RESPONSE:
    """For LambdaResponse.invoke, which overlooks Qualifier and cuts answers at 6,000,000 bytes."""
    name = unquote(self.path.rsplit("/invocations", 1)[0].rsplit("/", 1)[-1])
    qualifier = self.querystring.get("Qualifier", [None])[0]
    headers = {"content-type": "application/json"}
    status, payload = answer(self.backend, name, qualifier, self.body, self.headers, headers)
    headers["status"] = str(status)
    return status, headers, payload


def _answer_invoke_async(self: LambdaResponse) -> TYPE_RESPONSE:
    """For LambdaResponse.invoke_async, AWS's older way to send an event."""
    name = unquote(self.path.rstrip("/").rsplit("/", 2)[-2])
    asynchronous = {"X-Amz-Invocation-Type": "Event"}
    status, payload = answer(self.backend, name, None, self.body, asynchronous, {})
    return status, {"status": str(status)}, payload


def _with_qualifier(plain: Callable[[LambdaResponse], Any]) -> Callable[[LambdaResponse], Any]:
    """For the methods of LambdaResponse in _ABOUT_EVENTS, which overlook Qualifier."""

    @tools.wraps(plain)
    def answer(self: LambdaResponse) -> Any:
        qualifier = self.querystring.get("Qualifier", [None])[0]
        start, slash, end = self.path.rpartition("/event-invoke-config")
        if qualifier and parted(unquote(start.rpartition("/")[2]))[1] is None:
            self.path = f"{start}:{qualifier}{slash}{end}"
        return plain(self)

    return answer


def _answer_publish_version(self: LambdaResponse) -> TYPE_RESPONSE:
    """For LambdaResponse.publish_version, which overlooks CodeSha256 and RevisionId."""
    body = self.json_body if self.body else {}
    function = self.backend.get_function(unquote(self.path.split("/")[-2]))
    _check_revision(function, body)
    wanted, has = body.get("CodeSha256"), function.code_sha_256
    if wanted and wanted != has:
        raise errors.InvalidParameter(
            f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST ({has}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    return _plain_publish(self)


def _enrich_response(headers: dict[str, str], body: Any) -> tuple[dict[str, str], Any]:
    """For LambdaResponse._enrich_response: an invoke's request id is that of its log."""
    known = headers.get("x-amzn-requestid")
    if known is None:
        return _plain_enrich(headers, body)
    return headers, body
