"""The hash algorithms of the States Language: those of `States.Hash` and of JSONata's `$hash`."""

from __future__ import annotations

_NAMES = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}
ALGORITHMS = tuple(_NAMES)


def digest(text: str, algorithm: str) -> str:
    """The hash of a text, in hexadecimal digits; `algorithm` is one of ALGORITHMS.

    >>> digest("input data", "SHA-1")
    'aaff4a450a104cd177d28d18d74485e8cae074b7'
    """
    import hashlib  # OpenSSL takes a while to load, and diagnosis hashes nothing

    return hashlib.new(_NAMES[algorithm], text.encode(), usedforsecurity=False).hexdigest()
