"""Pages of functions and logs where something may not be asked, or nobody answers it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.console.conftest import visiting

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>A</UserId>"
    "<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
FUNCTION = {
    "FunctionName": "f", "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
    "Role": "r", "MemorySize": 128, "Timeout": 3, "CodeSize": 9, "PackageType": "Image",
    "LastModified": "2026-03-01T12:00:00.000+0000",
    "Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "No key for you"}},
}  # fmt: skip


class Little(BaseHTTPRequestHandler):
    """An endpoint with an image's function, where logs are denied and metrics unknown."""

    def do_GET(self) -> None:
        """Lambda, and nothing else."""
        if not self.path.startswith("/20"):
            self._say(501, "")
            return
        code = {"RepositoryType": "ECR", "ImageUri": "an/image:1"}
        is_short = self.path.endswith("/configuration")
        told = FUNCTION if is_short else {"Configuration": FUNCTION, "Code": code}
        self._say(200, json.dumps(told))

    def do_POST(self) -> None:
        """Everything else."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if b"GetCallerIdentity" in body:
            self._say(200, IDENTITY, "text/xml")
        elif "Logs" in self.headers.get("X-Amz-Target", ""):
            words = f"User: ada is not authorized to perform: logs:{operation} on resource: *"
            self._say(400, json.dumps({"__type": "AccessDeniedException", "message": words}))
        else:
            self._say(501, "")

    def _say(self, status: int, text: str, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *told: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def elsewhere(endpoint) -> Iterator:
    """A visitor of a console that looks at it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Little)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    told = endpoint.env | {"COURSE_TARGET": "aws", "AWS_ENDPOINT_URL": address}
    with visiting(told, "--read-only") as visitor:
        yield visitor
    server.shutdown()


def test_a_function_without_its_log_and_its_metrics(elsewhere):
    page = elsewhere.words("/functions/f")
    assert "logs:DescribeLogStreams is missing" in page
    assert "This endpoint does not answer GetMetricStatistics." in page
    assert "a container image" in page and "an/image:1" in page and "No key for you" in page


def test_logs_that_may_not_be_read(elsewhere):
    answer = elsewhere.get("/logs")
    assert answer.status_code == 400 and "logs:DescribeLogGroups is missing" in answer.text
    page = elsewhere.words("/logs/group?name=/group")
    for action in ("DescribeLogGroups", "DescribeLogStreams", "FilterLogEvents"):
        assert f"logs:{action} is missing" in page
    assert "logs:FilterLogEvents is missing" in elsewhere.get("/logs/lines?name=/group").text


def test_a_bill_of_which_most_cannot_be_asked(elsewhere):
    page = elsewhere.words("/bill")
    assert "logs:DescribeLogGroups is missing" in page
    assert "This endpoint does not answer ListStateMachines." in page
    assert "Nothing that could be counted was used in this month." in page


def test_queues_topics_and_alarms_that_nobody_answers(elsewhere):
    for path, operation in (
        ("/queues", "ListQueues"),
        ("/topics", "ListTopics"),
        ("/alarms", "DescribeAlarms"),
    ):
        answer = elsewhere.get(path)
        assert answer.status_code == 400, path
        assert f"This endpoint does not answer {operation}." in answer.text
