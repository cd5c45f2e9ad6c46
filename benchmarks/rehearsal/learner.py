"""What a learner does, by Jupyter's own API and with the learner's own token, through the hub."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import websocket

PATIENCE = 600.0


class WentWrong(Exception):
    """A cell failed or a request was refused; the message says which, and with what."""


class Learner:
    """One user of the hub. url: of the hub; name: of the user; token: the user's own."""

    def __init__(self, url: str, name: str, token: str) -> None:
        self.name, self.token = name, token
        self.base = f"{url}/user/{name}"
        self._asked = requests.Session()
        self._asked.headers["Authorization"] = f"token {token}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that the learner's server answers. Raises WentWrong where it refuses."""
        answer = self._asked.request(method, f"{self.base}/api/{path}", json=body, timeout=120)
        if not answer.ok:
            said = " ".join(answer.text.split())[:300]  # it tells who answered
            raise WentWrong(f"{self.name}: {method} {path}: {answer.status_code}: {said}")
        return answer.json() if answer.content else None

    def look(self, path: str = "") -> str:
        """A page of the console, through the hub and the learner's server. Raises WentWrong."""
        answer = self._asked.get(f"{self.base}/console/{path}", timeout=120)
        if not answer.ok or "<main" not in answer.text:
            said = " ".join(answer.text.split())[:300]
            raise WentWrong(f"{self.name}: the console, /{path}: {answer.status_code}: {said}")
        return answer.text

    @contextmanager
    def following(self, path: str = "") -> Iterator[None]:
        """A page of the console is open for the block's time, and followed as browsers do it."""
        self.look(path)
        stream = self._asked.get(
            f"{self.base}/console/live/{path}",
            headers={"Accept": "text/event-stream"},
            stream=True,
            timeout=120,
        )
        try:
            next(stream.iter_content(1))
            yield
        finally:
            stream.close()

    def do(self, notebook: str) -> str:
        """Run all cells of a notebook in its kernel and save it with its outputs.

        Returns the kernel's id; the kernel stays. Raises WentWrong at a cell that fails.
        """
        path = f"work/notebooks/{notebook}"
        opened = self.ask("GET", f"contents/{path}")["content"]
        session = {"path": path, "name": notebook, "type": "notebook"}
        kernel = self.ask("POST", "sessions", session | {"kernel": {"name": "python3"}})["kernel"]
        with self.kernel(kernel["id"]) as run:
            for number, cell in enumerate(opened["cells"]):
                if cell["cell_type"] == "code":
                    cell["outputs"] = run("".join(cell["source"]), f"{notebook}, cell {number}")
        self.ask("PUT", f"contents/{path}", {"type": "notebook", "content": opened})
        return kernel["id"]

    def open_kernel(self) -> str:
        """Start a kernel; returns its id."""
        return self.ask("POST", "kernels", {"name": "python3"})["id"]

    def end_kernel(self, kernel: str) -> None:
        """End a kernel, as `Shut Down Kernel` does."""
        self.ask("DELETE", f"kernels/{kernel}")

    def tell(self, kernel: str, code: str) -> Any:
        """Run `code`, whose last line prints JSON; returns that."""
        with self.kernel(kernel) as run:
            printed = "".join(
                one["text"] for one in run(code, "a question") if one.get("name") == "stdout"
            )
        try:
            return json.loads(printed.splitlines()[-1])
        except (ValueError, IndexError):
            raise WentWrong(f"{self.name}: {code[-200:]} printed {printed[-500:]!r}") from None

    def type(self, line: str, awaited: str, patience: float = 120) -> str:
        """Type a line in a terminal of JupyterLab's; what it shows until `awaited` is in it."""
        name = self.ask("POST", "terminals")["name"]
        address = f"{self.base}/terminals/websocket/{name}".replace("http://", "ws://")
        wire = websocket.create_connection(
            address, header=[f"Authorization: token {self.token}"], timeout=patience
        )
        shown, deadline = "", time.monotonic() + patience
        try:
            wire.send(json.dumps(["stdin", line + "\r"]))
            while awaited not in shown and time.monotonic() < deadline:
                kind, *text = json.loads(wire.recv())
                shown += text[0] if kind == "stdout" else ""
        except websocket.WebSocketTimeoutException:
            pass
        finally:
            wire.close()
            self.ask("DELETE", f"terminals/{name}")
        return shown

    @contextmanager
    def kernel(self, kernel: str) -> Iterator[Any]:
        """`run(code, where)` → outputs, over the websocket that JupyterLab uses."""
        address = f"{self.base}/api/kernels/{kernel}/channels".replace("http://", "ws://")
        wire = websocket.create_connection(
            address, header=[f"Authorization: token {self.token}"], timeout=PATIENCE
        )
        try:
            yield lambda code, where: self._run(wire, code, where)
        finally:
            wire.close()

    def _run(self, wire: Any, code: str, where: str) -> list[dict[str, Any]]:
        sent = uuid.uuid4().hex
        header = {"msg_id": sent, "msg_type": "execute_request", "version": "5.3"}
        header |= {"session": uuid.uuid4().hex, "username": self.name, "date": ""}
        content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": True}
        message = {"header": header, "parent_header": {}, "metadata": {}, "channel": "shell"}
        wire.send(json.dumps(message | {"content": content}))
        outputs: list[dict[str, Any]] = []
        replied = idle = False
        deadline = time.monotonic() + PATIENCE
        while not (replied and idle):
            if time.monotonic() > deadline:
                raise WentWrong(f"{self.name}: {where} takes longer than {PATIENCE:.0f} s")
            got = json.loads(wire.recv())
            if got.get("parent_header", {}).get("msg_id") != sent:
                continue
            kind, said = got["msg_type"], got["content"]
            if kind == "execute_reply":
                replied = True
            elif kind == "status":
                idle = said["execution_state"] == "idle"
            elif kind == "clear_output":
                outputs.clear()
            elif kind == "stream":
                outputs.append({"output_type": "stream", **said})
            elif kind in ("display_data", "execute_result"):
                kept = {name: said[name] for name in ("data", "metadata")}
                count = {"execution_count": None} if kind == "execute_result" else {}
                outputs.append({"output_type": kind, **kept, **count})
            elif kind == "error":
                text = f"{said['ename']}: {said['evalue']}"
                raise WentWrong(f"{self.name}: {where}: {text[:1500]}")
        return outputs
