"""What Lambda itself says: START, END and REPORT lines, and the errors that no function raises.

Sources: docs.aws.amazon.com/lambda/latest/dg/python-logging.html (the lines),
.../lambda-runtime-environment.html (INIT_REPORT and Status), .../troubleshooting-invocation.html.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

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


def start(request_id: str, version: str) -> str:
    """First line of an invoke."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end(request_id: str) -> str:
    """Last line but one."""
    return f"END RequestId: {request_id}\n"


def report(
    request_id: str,
    duration: float,
    init: float | None,
    memory: int,
    used: int,
    status: str = "",
    error_type: str = "",
) -> str:
    """Last line. Times in ms, memory in MB.

    The time of a cold start is billed too, since August 2025.
    """
    billed = max(1, math.ceil(duration + (init or 0)))
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {duration:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {memory} MB",
        f"Max Memory Used: {used} MB",
    ]
    if init is not None:
        parts.append(f"Init Duration: {init:.2f} ms")
    if status:
        parts.append(f"Status: {status}")
    if error_type:
        parts.append(f"Error Type: {error_type}")
    return "\t".join(parts) + "\t\n"


def init_start(python: str, arn: str) -> str:
    """First line of a log stream."""
    return f"INIT_START Runtime Version: python:{python}\tRuntime Version ARN: {arn}\n"


def init_report(duration: float, status: str, error_type: str = "") -> str:
    """Line about an init that went wrong; `duration` in ms."""
    line = f"INIT_REPORT Init Duration: {duration:.2f} ms\tPhase: init\tStatus: {status}"
    return f"{line}\tError Type: {error_type}\n" if error_type else f"{line}\n"


def timed_out_line(request_id: str, timeout: float, when: float) -> str:
    """Log line of a timeout; `when` in POSIX seconds."""
    moment = datetime.fromtimestamp(when, UTC)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
    return f"{stamp} {request_id} Task timed out after {timeout:.2f} seconds\n\n"


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
