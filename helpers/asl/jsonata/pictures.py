"""What makes a picture of `$formatNumber` no picture.

https://www.w3.org/TR/xpath-functions-31/#syntax-of-picture-string has the rules, JSONata the codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_DEFAULTS = {
    "decimal-separator": ".",
    "grouping-separator": ",",
    "exponent-separator": "e",
    "percent": "%",
    "per-mille": "\u2030",
    "zero-digit": "0",
    "digit": "#",
    "pattern-separator": ";",
}


def fault(picture: str, options: Mapping[str, str]) -> str | None:
    """JSONata's code for what is wrong with `picture`, or None.

    options: characters that stand for others than the usual ones, by their names.

    >>> fault("#,##0.00", {}), fault("x", {}), fault("0.0.0", {}), fault("0,", {})
    (None, 'D3086', 'D3081', 'D3088')
    """
    signs = {**_DEFAULTS, **options}
    parts = picture.split(signs["pattern-separator"])
    if len(parts) > 2:
        return "D3080"
    return next((code for part in parts if (code := _Part.of(part, signs).fault())), None)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a picture, taken to pieces."""

    text: str
    signs: dict[str, str]
    digits: str
    active: str
    whole: str
    fraction: str
    exponent: str | None

    @classmethod
    def of(cls, text: str, signs: dict[str, str]) -> _Part:
        first = ord(signs["zero-digit"])
        digits = "".join(chr(first + n) for n in range(10))
        active_signs = digits + "".join(
            signs[name] for name in ("decimal-separator", "grouping-separator", "digit")
        )
        ends = re.escape(active_signs)
        active = re.sub(f"^[^{ends}]*(?=[{ends}])|(?<=[{ends}])[^{ends}]*$", "", text)
        mantissa, mark, exponent = _exponent_apart(text, active, signs, digits)
        whole, _, fraction = mantissa.partition(signs["decimal-separator"])
        return cls(text, signs, digits, active, whole, fraction, exponent if mark else None)

    def fault(self) -> str | None:
        """The code of the last rule that is broken, as JSONata names it."""
        broken = [code for code, is_broken in self._rules() if is_broken]
        return broken[-1] if broken else None

    def _rules(self) -> list[tuple[str, bool]]:
        point, group = self.signs["decimal-separator"], self.signs["grouping-separator"]
        percent, mille = self.signs["percent"], self.signs["per-mille"]
        text, digit = self.text, self.signs["digit"]
        scaled = percent in text or mille in text
        known = self.digits + "".join(
            self.signs[name]
            for name in ("decimal-separator", "grouping-separator", "digit", "exponent-separator")
        )
        before, _, _ = self.whole.partition(digit)
        _, _, after = self.fraction.rpartition(digit)
        return [
            ("D3081", text.count(point) > 1),
            ("D3082", text.count(percent) > 1),
            ("D3083", text.count(mille) > 1),
            ("D3084", percent in text and mille in text),
            ("D3085", not any(c in self.digits + digit for c in self.whole + self.fraction)),
            ("D3086", any(c not in known for c in self.active)),
            ("D3087", point in text and (group + point in text or point + group in text)),
            ("D3088", point not in text and self.whole.endswith(group)),
            ("D3089", group * 2 in text),
            ("D3090", digit in self.whole and any(c in self.digits for c in before)),
            ("D3091", digit in self.fraction and any(c in self.digits for c in after)),
            ("D3092", bool(self.exponent) and scaled),
            ("D3093", self.exponent is not None and not self._is_exponent()),
        ]

    def _is_exponent(self) -> bool:
        return bool(self.exponent) and all(c in self.digits for c in self.exponent or "")


def _exponent_apart(
    text: str, active: str, signs: dict[str, str], digits: str
) -> tuple[str, str, str]:
    """The active part up to the exponent's sign, the sign, and what follows it."""
    sign = signs["exponent-separator"]
    before, mark, after = active.partition(sign)
    if not mark and text.endswith(active + sign) and active:
        return active, sign, ""  # the sign at the very end has no exponent behind it
    return before, mark, after
