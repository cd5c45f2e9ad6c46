"""Transforms: what a template with macros expands to.

AWS::Serverless-2016-10-31 is AWS's own open-source translator (samtranslator, which the `sam`
command brings along), so that a stack gets here the resources that it gets on AWS.
AWS::LanguageExtensions is Fn::ForEach and functions in places where plain templates refuse them.
"""

from __future__ import annotations

import copy
import threading
from typing import Any

from helpers.localaws.cloudformation import language_extensions
from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.template import transforms

SERVERLESS = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
SUPPORTED = (SERVERLESS, LANGUAGE_EXTENSIONS)

_LOCK = threading.Lock()  # samtranslator keeps state in classes


class TransformFailed(Exception):
    """A transform refused the template; `reason` is what the change set's StatusReason says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _ManagedPolicies:
    """AWS's managed policies by name, for those that samtranslator does not carry."""

    def load(self) -> dict[str, str]:
        from helpers.localaws.iam import aws_policies

        return aws_policies.arns()


def expand(
    template: dict[str, Any], parameters: dict[str, Any], pseudo: dict[str, Any]
) -> dict[str, Any]:
    """A copy of `template` with its transforms applied.

    template: a parsed template. parameters: resolved parameter values. pseudo: pseudo parameters
    (AWS::Region and its like).
    Raises TransformFailed if a transform refuses the template, in AWS's words; or it is none that
    is available here.
    """
    expanded = copy.deepcopy(template)
    names = transforms(expanded)
    for name in names:
        if name not in SUPPORTED:
            raise TransformFailed(
                f"No transform named {name} found. This local endpoint has "
                f"{' and '.join(SUPPORTED)}."
            )
    if LANGUAGE_EXTENSIONS in names:
        try:
            expanded = language_extensions.expand(expanded, parameters, pseudo)
        except ValidationError as error:
            raise TransformFailed(
                f"Transform {LANGUAGE_EXTENSIONS} failed with: {error.message}"
            ) from None
    if SERVERLESS in names:
        expanded = _serverless(expanded, parameters)
    expanded.pop("Transform", None)
    return expanded


def _serverless(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform

    with _LOCK:
        try:
            return transform(template, dict(parameters), _ManagedPolicies())
        except InvalidDocumentException as error:
            causes = " ".join(cause.message for cause in error.causes)
            raise TransformFailed(
                f"Transform {SERVERLESS} failed with: {error.message} {causes}".rstrip()
            ) from None
        except Exception as error:  # the translator stumbles over what is not a template
            raise TransformFailed(
                f"Transform {SERVERLESS} failed with: Internal transform failure ({error!r})."
            ) from error
