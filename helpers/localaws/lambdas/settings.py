"""What a worker must know about its function: one version's configuration, as it was."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.localaws.iam import tokens
from helpers.localaws.process import workspace

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction


@dataclass(frozen=True, eq=False)
class Settings:
    """One version of a function as it was when its workers started. Sizes in MB, times in s."""

    arn: str
    name: str
    version: str
    region: str
    account: str
    handler: str
    runtime: str
    timeout: float
    memory: int
    storage: int
    role: str
    log_group: str
    log_format: str
    log_levels: tuple[str, str]  # the function's, the platform's
    logical_name: str
    variables: dict[str, str]

    @classmethod
    def of(cls, function: LambdaFunction, logical_name: str) -> Settings:
        """Take the snapshot of a function of moto's."""
        logging = logging_config(function)
        return cls(
            arn=function.function_arn,
            name=function.function_name,
            version=str(function.version),
            region=function.region,
            account=function.account_id,
            handler=function.handler or "",
            runtime=function.run_time or "",
            timeout=float(function.timeout or 3),
            memory=int(function.memory_size or 128),
            storage=int(function.ephemeral_storage or 512),
            role=function.role,
            log_group=logging["LogGroup"],
            log_format=logging["LogFormat"],
            log_levels=(
                logging.get("ApplicationLogLevel", ""),
                logging.get("SystemLogLevel", ""),
            ),
            logical_name=logical_name,
            variables={k: str(v) for k, v in (function.environment_vars or {}).items()},
        )

    def environment(self, stream: str, code: str, scratch: str) -> dict[str, str]:
        """The environment of a worker: AWS's reserved variables and the function's own.

        Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
        AWS_LAMBDA_RUNTIME_API is not there: the worker is not spoken to over HTTP.
        """
        base = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        if self.log_format == "JSON":
            base["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
            base["AWS_LAMBDA_LOG_LEVEL"] = self.log_levels[0]
        return {
            **base,
            "HOME": scratch,
            "TMPDIR": scratch,
            "TEMP": scratch,
            "TMP": scratch,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": code,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_EC2_METADATA_DISABLED": "true",
            # A function never reads the settings of the person at the keyboard.
            "AWS_CONFIG_FILE": os.path.join(scratch, ".aws", "config"),  # noqa: PTH118
            "AWS_SHARED_CREDENTIALS_FILE": os.path.join(scratch, ".aws", "credentials"),  # noqa: PTH118
            **_credentials(self.name, self.role),
            **self.variables,
        }


def logging_config(function: LambdaFunction) -> dict[str, str]:
    """A function's LoggingConfig, with what AWS fills in."""
    given = function.__dict__.get("logging_config") or {}
    config = {"LogFormat": "Text", "LogGroup": function.logs_group_name} | {
        key: value for key, value in given.items() if value
    }
    if config["LogFormat"] == "JSON":
        config = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"} | config
    return config


_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") + (
    ("SYSTEMROOT", "COMSPEC", "PATHEXT", "WINDIR") if sys.platform == "win32" else ()
)


def _credentials(function: str, role: str) -> dict[str, str]:
    """Where the function's own AWS calls go, and as whom: the session token names the role."""
    try:
        here = workspace.current()
    except RuntimeError:  # not within the endpoint's process, as in a unit test
        return {}
    return {
        "AWS_ENDPOINT_URL": here.url,
        "AWS_ACCESS_KEY_ID": here.access_key,
        "AWS_SECRET_ACCESS_KEY": here.secret_key,
        "AWS_SESSION_TOKEN": tokens.of(function, role),
    }
