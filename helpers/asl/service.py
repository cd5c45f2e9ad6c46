"""What a Task calls, in words: `Lambda StockChecker`, `Batch submitJob (.sync)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NAMES = {
    "apigateway": "API Gateway",
    "apigatewayv2": "API Gateway",
    "athena": "Athena",
    "aws-marketplace": "Marketplace",
    "batch": "Batch",
    "bedrock": "Bedrock",
    "bedrockruntime": "Bedrock",
    "cloudformation": "CloudFormation",
    "cloudfront": "CloudFront",
    "cloudwatch": "CloudWatch",
    "cloudwatchlogs": "CloudWatch Logs",
    "codebuild": "CodeBuild",
    "codepipeline": "CodePipeline",
    "cognitoidentityprovider": "Cognito",
    "comprehend": "Comprehend",
    "databrew": "DataBrew",
    "dynamodb": "DynamoDB",
    "ec2": "EC2",
    "ecs": "ECS",
    "eks": "EKS",
    "elasticmapreduce": "EMR",
    "emr-containers": "EMR on EKS",
    "emr-serverless": "EMR Serverless",
    "eventbridge": "EventBridge",
    "events": "EventBridge",
    "firehose": "Firehose",
    "fis": "FIS",
    "glue": "Glue",
    "http": "HTTP",
    "iam": "IAM",
    "kinesis": "Kinesis",
    "kms": "KMS",
    "lambda": "Lambda",
    "mediaconvert": "MediaConvert",
    "organizations": "Organizations",
    "rds": "RDS",
    "rdsdata": "RDS Data",
    "redshiftdata": "Redshift Data",
    "rekognition": "Rekognition",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "scheduler": "EventBridge Scheduler",
    "secretsmanager": "Secrets Manager",
    "ses": "SES",
    "sesv2": "SES",
    "sfn": "Step Functions",
    "sns": "SNS",
    "sqs": "SQS",
    "ssm": "Systems Manager",
    "states": "Step Functions",
    "sts": "STS",
    "textract": "Textract",
    "transcribe": "Transcribe",
    "translate": "Translate",
}

PLACEHOLDER_PARTS = re.compile(r"\$\{([^{}]+)\}")
_PATTERN = re.compile(r"\.(sync(?::2)?|waitForTaskToken)$")


def split_pattern(resource: str) -> tuple[str, str]:
    """A Task's Resource without its integration pattern, and the pattern, "" for none.

    >>> split_pattern("arn:aws:states:::states:startExecution.sync:2")
    ('arn:aws:states:::states:startExecution', '.sync:2')
    """
    match = _PATTERN.search(resource)
    return (resource[: match.start()], match[0]) if match else (resource, "")


@dataclass(frozen=True, slots=True)
class Call:
    """One Task's call.

    `kind` is "lambda", "activity", "integration" (optimised: `dynamodb:putItem`), "sdk"
    (`aws-sdk:dynamodb:query`), "placeholder" or "unknown"; `service` the service's name as AWS
    writes it; `action` the API action or the function's or activity's name; `pattern` "",
    ".sync", ".sync:2" or ".waitForTaskToken".
    """

    kind: str
    service: str
    action: str
    pattern: str = ""

    @property
    def words(self) -> str:
        """The call on one line."""
        said = f"{self.service} {self.action}".strip()
        return f"{said} ({self.pattern})" if self.pattern else said


def call_of(raw: dict[str, Any]) -> Call:
    """What the Task state with the fields `raw` calls.

    >>> call_of({"Resource": "arn:aws:lambda:us-east-1:123456789012:function:Buy:live"}).words
    'Lambda Buy'
    >>> call_of({"Resource": "arn:aws:lambda:us-east-1:123456789012:function:app-Buy-3kWx9Tq0ZbLm"}
    ... ).words
    'Lambda Buy'
    >>> call_of({"Resource": "${StockCheckerFunctionArn}"}).words
    'StockCheckerFunctionArn'
    >>> call_of({"Resource": "arn:aws:states:::aws-sdk:s3:getObject"}).words
    'S3 getObject'
    >>> call_of({"Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    ...          "Parameters": {"FunctionName": "Sell"}}).words
    'Lambda Sell (.waitForTaskToken)'
    """
    resource = raw.get("Resource")
    if isinstance(resource, dict):
        resource = _intrinsic(resource)
    if not isinstance(resource, str) or not resource.strip():
        return Call("unknown", "", "nothing")
    resource, pattern = split_pattern(resource)
    whole = PLACEHOLDER_PARTS.fullmatch(resource)
    if whole:
        return _placeholder(whole[1], pattern)
    parts = split_arn(resource)
    if len(parts) < 6 or parts[0] != "arn":
        return Call("unknown", "", _plain(resource), pattern)
    owner, rest = parts[2], parts[5:]
    if owner == "lambda":
        return Call("lambda", "Lambda", _function_name(resource), pattern)
    if owner == "states" and rest[0] == "activity":
        return Call("activity", "activity", _plain(":".join(rest[1:])), pattern)
    if owner == "states" and rest[0] == "aws-sdk" and len(rest) >= 3:
        return Call("sdk", _service(rest[1]), _plain(":".join(rest[2:])), pattern)
    if owner == "states" and len(rest) >= 2:
        if rest[0] == "lambda" and rest[1] == "invoke":
            return Call("lambda", "Lambda", _invoked(raw), pattern)
        return Call("integration", _service(rest[0]), _plain(":".join(rest[1:])), pattern)
    return Call("unknown", _service(owner), _plain(":".join(rest)), pattern)


def _placeholder(name: str, pattern: str) -> Call:
    """`${Checker.Arn}` (from `!GetAtt`) names a resource of the template: say just that."""
    return Call("placeholder", "", name.removesuffix(".Arn"), pattern)


def split_arn(text: str) -> list[str]:
    """Splits at colons, but not at those inside `${AWS::Region}`."""
    return re.findall(r"(?:\$\{[^{}]*\}|[^:])+|(?<=:)(?=:|$)", text)


def _plain(text: str) -> str:
    """Placeholders by their bare name."""
    return PLACEHOLDER_PARTS.sub(lambda part: part[1].removesuffix(".Arn"), text)


def _service(key: str) -> str:
    return _NAMES.get(key.lower()) or _plain(key)


def _function_name(text: str) -> str:
    parts = split_arn(text)
    if "function" in parts:
        after = parts[parts.index("function") + 1 :]
        return _logical(_plain(after[0])) if after and after[0] else "nothing"
    return _logical(_plain(text))


_MADE_UP = re.compile(r".+-([A-Za-z][A-Za-z0-9]*)-(?=.*[A-Z])(?=.*[a-z0-9])([A-Za-z0-9]{12,13})")
_WORDS = re.compile(r"[A-Z]?[a-z]{2,}([A-Z][a-z]{2,})*\d*")


def _logical(name: str) -> str:
    """The function's name in its template, where CloudFormation made the name up: `stack-Name-`
    and twelve or thirteen random characters, which do not read as words or a number."""
    made_up = _MADE_UP.fullmatch(name)
    return made_up[1] if made_up and not _WORDS.fullmatch(made_up[2]) else name


def _invoked(raw: dict[str, Any]) -> str:
    """The function that `lambda:invoke` is given in Parameters or Arguments."""
    for field in ("Parameters", "Arguments"):
        given = raw.get(field)
        if not isinstance(given, dict):
            continue
        name = given.get("FunctionName")
        if isinstance(name, dict):
            name = _intrinsic(name)
        if isinstance(name, str) and name:
            if name.startswith("{%"):
                return "named by " + " ".join(name.strip("{}% ").split())
            return _function_name(name)
        path = given.get("FunctionName.$")
        if isinstance(path, str):
            return "named by " + path.removeprefix("$.")
    return "invoke"


def _intrinsic(value: dict[str, Any]) -> str | None:
    """A CloudFormation function that was left in the definition, as a placeholder."""
    if len(value) != 1:
        return None
    ((key, inner),) = value.items()
    if key in ("Ref", "Fn::Sub", "Fn::GetAtt"):
        if isinstance(inner, list) and inner and all(isinstance(part, str) for part in inner):
            inner = inner[0] if key == "Fn::Sub" else ".".join(inner)
        if isinstance(inner, str):
            return inner if key == "Fn::Sub" else f"${{{inner}}}"
    if key == "Fn::Join" and isinstance(inner, list) and len(inner) == 2:
        glue, parts = inner
        if isinstance(glue, str) and isinstance(parts, list):
            said = [_intrinsic(p) if isinstance(p, dict) else p for p in parts]
            if all(isinstance(part, str) for part in said):
                return glue.join(said)  # type: ignore[arg-type]
    return None
