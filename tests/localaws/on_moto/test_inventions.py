"""Over HTTP, no answer is made up: what nothing here can carry out says so, and how to go on."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.exceptions import ClientError

from helpers.localaws import made_up
from tests.workshop import make_function


@pytest.mark.parametrize(
    ("service", "call", "parameters", "variable"),
    [
        ("bedrock-runtime", "invoke_model", {"modelId": "anthropic.a", "body": b"{}"}, None),
        ("bedrock-runtime", "converse", {"modelId": "anthropic.a", "messages": []}, None),
        ("bedrock-agent-runtime", "retrieve",
         {"knowledgeBaseId": "0123456789", "retrievalQuery": {"text": "a"}}, None),
        ("rekognition", "detect_labels",
         {"Image": {"S3Object": {"Bucket": "nobodys", "Name": "a.jpg"}}}, None),
        ("comprehend", "detect_sentiment", {"Text": "a", "LanguageCode": "en"}, None),
        ("textract", "detect_document_text", {"Document": {"Bytes": b"a"}}, None),
        ("polly", "synthesize_speech",
         {"Text": "a", "OutputFormat": "mp3", "VoiceId": "Joanna"}, None),
        ("translate", "translate_text",
         {"Text": "a", "SourceLanguageCode": "en", "TargetLanguageCode": "de"}, None),
        ("transcribe", "start_transcription_job",
         {"TranscriptionJobName": "a", "Media": {"MediaFileUri": "s3://a/b"}}, None),
        ("sagemaker-runtime", "invoke_endpoint", {"EndpointName": "a", "Body": b"a"}, None),
        ("personalize-runtime", "get_recommendations", {}, None),
        ("lexv2-runtime", "recognize_text",
         {"botId": "0123456789", "botAliasId": "0123456789", "localeId": "en_US",
          "sessionId": "ab", "text": "a"}, "AWS_ENDPOINT_URL_LEX_RUNTIME_V2"),
        ("rds-data", "execute_statement",
         {"resourceArn": "a" * 20, "secretArn": "a" * 20, "sql": "select 1"}, None),
        ("athena", "start_query_execution", {"QueryString": "select 1"}, None),
        ("glue", "start_job_run", {"JobName": "a"}, None),
        ("ssm", "send_command", {"DocumentName": "AWS-RunShellScript"}, None),
        ("timestream-query", "describe_endpoints", {}, None),
        ("cloudwatch", "list_managed_insight_rules", {"ResourceARN": "a"}, None),
        ("bedrock", "list_foundation_models", {}, None),
    ],
)  # fmt: skip
def test_what_nothing_here_can_carry_out(endpoint, service, call, parameters, variable):
    client = endpoint.client(service)
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(**parameters)
    error = caught.value.response["Error"]
    operation = client.meta.method_to_api_mapping[call]
    variable = variable or "AWS_ENDPOINT_URL_" + service.upper().replace("-", "_")
    assert (error["Code"], error["Message"]) == (
        "NotImplemented",
        f"The local endpoint cannot carry out {service}:{operation}, and makes no answer up. "
        f"Deploy to an AWS account to run it; to go on here, let {variable} name a stub of yours "
        "in the environment of the function or shell that calls it, or try a state that calls it "
        "with TestState and a mock.",
    )


@pytest.mark.parametrize(
    ("service", "call", "found"),
    [
        ("comprehend", "list_endpoints", "EndpointPropertiesList"),
        ("sagemaker", "list_models", "Models"),
        ("glue", "get_databases", "DatabaseList"),
        ("ecs", "list_clusters", "clusterArns"),
    ],
)
def test_what_is_only_kept_is_here(endpoint, service, call, found):
    assert getattr(endpoint.client(service), call)()[found] == []


class Stub(BaseHTTPRequestHandler):
    """Finds a cat in every picture."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"Labels": [{"Name": "Cat"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


SEES = """import boto3

def handler(event, context):
    rekognition = boto3.client("rekognition")
    try:
        return rekognition.detect_labels(Image={"Bytes": b"a"})["Labels"]
    except rekognition.exceptions.ClientError as error:
        return error.response["Error"]["Message"]
"""


def test_a_stub_stands_in_for_a_service(endpoint):
    """As the refusal says; the variable is one of AWS's own SDKs."""
    client, role = endpoint.client("lambda"), endpoint.role("who-sees-cats", allow="*")
    options = {"Timeout": 30, "MemorySize": 512}
    name = make_function(client, role, SEES, **options)["FunctionName"]
    told = json.loads(client.invoke(FunctionName=name)["Payload"].read())
    assert "let AWS_ENDPOINT_URL_REKOGNITION name a stub of yours" in told
    server = HTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        variables = {"AWS_ENDPOINT_URL_REKOGNITION": url}
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )
        told = json.loads(client.invoke(FunctionName=name)["Payload"].read())
        assert told == [{"Name": "Cat"}]
    finally:
        server.shutdown()


@pytest.mark.parametrize("service", sorted(made_up._MADE_UP))
def test_each_operation_of_the_table_is_one_of_awss(endpoint, service):
    """A name that is misspelt would let an invention through."""
    operations = endpoint.client(service).meta.service_model.operation_names
    for pattern in made_up._MADE_UP[service].split():
        assert any(made_up.fnmatchcase(name, pattern) for name in operations), pattern
