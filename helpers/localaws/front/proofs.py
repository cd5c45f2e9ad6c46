"""Who calls a control route, and who answers it: both prove that they know the secret.

Neither says it.

A request carries `X-Localaws-Signature: TIME NONCE HASH MAC`: POSIX nanoseconds, a random word, the
SHA-256 of the body, and the HMAC-SHA256, by the workspace's secret key, of the lines

    localaws-request, METHOD, HOST, PATH, TIME, NONCE, HASH

HOST is host and port as the caller asked for them, so that nobody can pass the request on to
another port. It holds for a minute and once, and not if it was made before the endpoint had the
port: another may have had it then. The answer carries `X-Localaws-Proof`, the HMAC of the lines
localaws-answer, NONCE: without it the caller has reached somebody else, and reads no further.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time

REQUEST_HEADER = "X-Localaws-Signature"
ANSWER_HEADER = "X-Localaws-Proof"
SECONDS = 60.0


def mac(secret: str, *lines: str) -> str:
    """The HMAC-SHA256 of some lines, in hex."""
    return hmac.new(secret.encode(), "\n".join(lines).encode(), "sha256").hexdigest()


def signature(secret: str, method: str, host: str, path: str, body: bytes) -> str:
    """What a caller sends as `X-Localaws-Signature`."""
    told = (str(time.time_ns()), secrets.token_hex(16), hashlib.sha256(body).hexdigest())
    return " ".join((*told, mac(secret, "localaws-request", method, host, path, *told)))


def answer(secret: str, sent: str) -> str:
    """What the endpoint answers with, to a request that carried the signature `sent`."""
    return mac(secret, "localaws-answer", sent.split(" ")[1])


class Judge:
    """Tells whether a request's signature holds; it holds once.

    since: POSIX nanoseconds; what was signed before them does not hold.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self.since = 0
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def accepts(self, sent: str, method: str, host: str, path: str) -> bool:
        """Does the head of a request prove that its sender knows the secret?"""
        told = sent.split(" ")
        if len(told) != 4 or not told[0].isascii() or not told[0].isdigit() or len(told[0]) > 20:
            return False
        expected = mac(self._secret, "localaws-request", method, host, path, *told[:3])
        if not hmac.compare_digest(expected.encode(), told[3].encode("utf-8", "replace")):
            return False
        signed = int(told[0])
        fresh = signed >= self.since and abs(time.time() - signed / 1e9) <= SECONDS
        return fresh and self._first(told[1])

    def _first(self, nonce: str) -> bool:
        """Was this word not seen before? Those whose time is over are forgotten."""
        now = time.time()
        with self._lock:
            self._seen = {one: at for one, at in self._seen.items() if now - at < 3 * SECONDS}
            if nonce in self._seen:
                return False
            self._seen[nonce] = now
            return True


def is_body_of(sent: str, body_hash: str) -> bool:
    """Is the body with this SHA-256 the one that was signed?"""
    return hmac.compare_digest(sent.split(" ")[2].encode("utf-8", "replace"), body_hash.encode())
