"""What Lambda itself says: START, END and REPORT lines, and the errors that no function raises.

Sources: docs.aws.amazon.com/lambda/latest/dg/python-logging.html (the lines),
.../lambda-runtime-environment.html (INIT_REPORT and Status), .../troubleshooting-invocation.html.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SIGNALS = {
    # as Go prints them, in which AWS's supervisor of the runtime is written
    1: "hangup",
    2: "interrupt",
    4: "illegal instruction",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    11: "segmentation fault",
    13: "broken pipe",
    15: "terminated",
}


class Text:
    """The platform's lines as text, which is what a function has unless it asks for JSON."""

    def __init__(self, function: str, version: str) -> None:
        self.function = function
        self.version = version

    def init_start(self, when: float, python: str, arn: str) -> str | None:
        """First line of a log stream."""
        return f"INIT_START Runtime Version: python:{python}\tRuntime Version ARN: {arn}\n"

    def init_report(
        self, when: float, duration: float, status: str, error_type: str = ""
    ) -> str | None:
        """About an init that went wrong; `duration` in ms."""
        line = f"INIT_REPORT Init Duration: {duration:.2f} ms\tPhase: init\tStatus: {status}"
        return f"{line}\tError Type: {error_type}\n" if error_type else f"{line}\n"

    def start(self, when: float, request_id: str) -> str | None:
        """First line of an invoke."""
        return f"START RequestId: {request_id} Version: {self.version}\n"

    def end(self, when: float, request_id: str) -> str | None:
        """Last line of an invoke but one."""
        return f"END RequestId: {request_id}\n"

    def report(self, when: float, request_id: str, use: Use, outcome: Status) -> str | None:
        """Last line of an invoke."""
        parts = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {use.duration:.2f} ms",
            f"Billed Duration: {use.billed} ms",
            f"Memory Size: {use.memory} MB",
            f"Max Memory Used: {use.used} MB",
        ]
        if use.init is not None:
            parts.append(f"Init Duration: {use.init:.2f} ms")
        if outcome.status:
            parts.append(f"Status: {outcome.status}")
        if outcome.error_type:
            parts.append(f"Error Type: {outcome.error_type}")
        return "\t".join(parts) + "\t\n"


class Json(Text):
    """The platform's lines as JSON records (LoggingConfig LogFormat JSON).

    level: SystemLogLevel; with WARN only what went wrong is logged.
    """

    def __init__(self, function: str, version: str, level: str) -> None:
        super().__init__(function, version)
        self._all = level != "WARN"

    def init_start(self, when: float, python: str, arn: str) -> str | None:
        """First record of a log stream."""
        record = {
            "initializationType": "on-demand",
            "phase": "init",
            "runtimeVersion": f"python:{python}",
            "runtimeVersionArn": arn,
            "functionName": self.function,
            "functionVersion": self.version,
        }
        return self._record(when, "initStart", record) if self._all else None

    def init_report(
        self, when: float, duration: float, status: str, error_type: str = ""
    ) -> str | None:
        """About an init that went wrong; `duration` in ms."""
        record: dict[str, Any] = {
            "initializationType": "on-demand",
            "phase": "init",
            "status": status,
            "metrics": {"durationMs": round(duration, 3)},
        }
        if error_type:
            record["errorType"] = error_type
        return self._record(when, "initReport", record)

    def start(self, when: float, request_id: str) -> str | None:
        """First record of an invoke."""
        record = {"requestId": request_id, "version": self.version}
        return self._record(when, "start", record) if self._all else None

    def end(self, when: float, request_id: str) -> str | None:
        """There is no such record."""
        return None

    def report(self, when: float, request_id: str, use: Use, outcome: Status) -> str | None:
        """Last record of an invoke."""
        metrics = {
            "durationMs": round(use.duration, 3),
            "billedDurationMs": use.billed,
            "memorySizeMB": use.memory,
            "maxMemoryUsedMB": use.used,
        }
        if use.init is not None:
            metrics["initDurationMs"] = round(use.init, 3)
        record: dict[str, Any] = {"requestId": request_id, "metrics": metrics}
        if outcome.error_type:
            record["errorType"] = outcome.error_type
        record["status"] = outcome.status or "success"
        wanted = self._all or record["status"] != "success"
        return self._record(when, "report", record) if wanted else None

    def _record(self, when: float, kind: str, record: dict[str, Any]) -> str:
        return (
            json.dumps({"time": stamp(when), "type": f"platform.{kind}", "record": record}) + "\n"
        )


@dataclass
class Use:
    """What an invoke took: times in ms, memory in MB. init: None if the start was warm."""

    duration: float
    init: float | None
    memory: int
    used: int

    @property
    def billed(self) -> int:
        """Whole milliseconds; since August 2025 the time of a cold start is billed too."""
        return max(1, math.ceil(self.duration + (self.init or 0)))


@dataclass(frozen=True)
class Status:
    """How an invoke ended: "" for well or with an exception of the function's, error, timeout."""

    status: str = ""
    error_type: str = ""


WELL = Status()


def stamp(when: float) -> str:
    """A time (POSIX seconds) as the platform writes it."""
    moment = datetime.fromtimestamp(when, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def timed_out_line(request_id: str, timeout: float, when: float) -> str:
    """Log line of a timeout; `when` in POSIX seconds."""
    return f"{stamp(when)} {request_id} Task timed out after {timeout:.2f} seconds\n\n"


def timed_out(request_id: str, timeout: float) -> bytes:
    """Payload of a timeout."""
    return error(
        "Sandbox.Timedout",
        f"RequestId: {request_id} Error: Task timed out after {timeout:.2f} seconds",
    )


def exit_words(request_id: str, status: int) -> str:
    """How a runtime ended; `status` as `subprocess.Popen.returncode` has it."""
    if status == 0:
        return f"RequestId: {request_id} Error: Runtime exited without providing a reason"
    if status > 0:
        how = f"exit status {status}"
    else:
        how = f"signal: {SIGNALS.get(-status, f'signal {-status}')}"
    return f"RequestId: {request_id} Error: Runtime exited with error: {how}"


def error(error_type: str, message: str) -> bytes:
    """Payload of an error that is Lambda's own."""
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()
