"""What was looked at, what was found, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fix` says what to type where `ok` is False."""

    what: str
    ok: bool
    found: str
    fix: str = ""

    def __str__(self) -> str:
        line = f"{'✓' if self.ok else '✗'} {self.what}: {self.found}"
        return line if self.ok else f"{line}\n    → {self.fix}"


@dataclass(frozen=True)
class Report:
    """All findings, shown one a line."""

    findings: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """True if nothing needs mending."""
        return all(finding.ok for finding in self.findings)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.findings), self.verdict()])

    __repr__ = __str__

    def verdict(self, again: str = "run this cell") -> str:
        """The last line; `again` says how to look once more."""
        wrong = sum(not finding.ok for finding in self.findings)
        return "Ready." if not wrong else f"{wrong} to mend, then {again} again."
