"""What nothing here can carry out, though moto would answer: its answers are inventions.

A model that sees, reads or speaks; a query in somebody's warehouse; a job on a machine that is not
there: moto answers with samples, or says that it is done when nothing has been done. Both the
endpoint's HTTP and the tasks of state machines ask here first, and refuse.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

_MADE_UP = {
    "athena": "StartQueryExecution GetQueryResults",
    "batch": "SubmitJob",
    "bedrock": "CreateModelCustomizationJob",
    "bedrock-runtime": "*",
    "codebuild": "StartBuild StartBuildBatch",
    "comprehend": "BatchDetect* Classify* Contains* Detect* Start* CreateDocumentClassifier "
    "CreateEndpoint CreateEntityRecognizer CreateFlywheel",
    "datasync": "StartTaskExecution",
    "dms": "StartReplicationTask TestConnection",
    "ecs": "RunTask StartTask",
    "emr": "RunJobFlow AddJobFlowSteps",
    "emr-containers": "StartJobRun",
    "emr-serverless": "StartJobRun",
    "fis": "StartExperiment",
    "glue": "StartCrawler StartJobRun StartTrigger StartWorkflowRun",
    "kinesis-video-archived-media": "*",
    "meteringmarketplace": "BatchMeterUsage MeterUsage",
    "pipes": "CreatePipe StartPipe",
    "polly": "SynthesizeSpeech StartSpeechSynthesisTask",
    "rds-data": "*",
    "redshift-data": "ExecuteStatement BatchExecuteStatement DescribeStatement GetStatementResult",
    "rekognition": "*",
    "sagemaker": "CreateAutoMLJob* CreateCompilationJob CreateEndpoint "
    "CreateHyperParameterTuningJob CreateProcessingJob CreateTrainingJob CreateTransformJob "
    "StartPipelineExecution",
    "sagemaker-runtime": "*",
    "ssm": "SendCommand",
    "support": "DescribeTrustedAdvisor* RefreshTrustedAdvisorCheck",
    "textract": "*",
    "timestream-query": "DescribeEndpoints Query",
    "transcribe": "StartTranscriptionJob StartMedicalTranscriptionJob",
}
"""Services by boto3's names, and the operations that moto makes answers up for."""

_SIGNED = {
    "aws-marketplace": ("meteringmarketplace",),
    "email": ("ses", "sesv2"),
    "monitoring": ("cloudwatch",),
    "states": ("stepfunctions",),
    "bedrock": ("bedrock-runtime", "bedrock", "bedrock-agent", "bedrock-agent-runtime"),
    "elasticmapreduce": ("emr",),
    "kinesisvideo": ("kinesis-video-archived-media", "kinesisvideo"),
    "lex": ("lexv2-runtime", "lexv2-models", "lex-runtime", "lex-models"),
    "personalize": ("personalize-runtime", "personalize-events", "personalize"),
    "sagemaker": (
        "sagemaker-runtime", "sagemaker-featurestore-runtime", "sagemaker-a2i-runtime", "sagemaker",
    ),
    "timestream": ("timestream-query", "timestream-write"),
}  # fmt: skip
"""Names that requests are signed with, where they are not just one service's own."""

_CLIENTS = {name.replace("-", ""): name for name in _MADE_UP} | {
    "databasemigration": "dms",
    "elasticmapreduce": "emr",
    "marketplacemetering": "meteringmarketplace",
}
"""What Step Functions calls the services."""


def is_made_up(service: str, operation: str) -> bool:
    """Whether nothing here can carry out an operation, and moto would answer with an invention.

    service: boto3's name, or Step Functions'. operation: in either's spelling.

    >>> is_made_up("comprehend", "detectSentiment"), is_made_up("comprehend", "ListEndpoints")
    (True, False)
    """
    name = _CLIENTS.get(service.lower().replace("-", ""), "")
    called = operation[:1].upper() + operation[1:]
    return any(fnmatchcase(called, one) for one in _MADE_UP.get(name, "").split())


def signed_by(signing_name: str) -> tuple[str, ...]:
    """boto3's names of services whose requests are signed with that name."""
    return _SIGNED.get(signing_name, (signing_name,))


@cache
def may_be(signing_name: str) -> bool:
    """Whether a request signed with that name may be for something that would be made up."""
    return any(service in _MADE_UP for service in signed_by(signing_name))


def sentence(what: str, variable: str) -> str:
    """What is said to whoever asks for it over HTTP.

    what: such as `comprehend:DetectSentiment`. variable: that names another endpoint to AWS's SDKs.
    """
    return (
        f"The local endpoint cannot carry out {what}, and makes no answer up. Deploy to an AWS "
        f"account to run it; to go on here, let {variable} name a stub of yours in the "
        "environment of the function or shell that calls it, or try a state that calls it with "
        "TestState and a mock."
    )
