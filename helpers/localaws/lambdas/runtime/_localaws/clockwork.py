"""The simulated clock inside a worker: `time.time()` and `datetime.now()` run ahead of the wall."""

from __future__ import annotations

import time

real_time = time.time


class Ahead:
    """Moves this process's clock; `move(0)` gives the wall clock back."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._mover: _TimeMachine | _Patch | None = None

    def move(self, offset: float) -> None:
        """Let the clock run `offset` seconds ahead of the wall clock from now on."""
        if offset == self.offset:
            return
        if self._mover is None:
            try:
                self._mover = _TimeMachine()
            except ImportError:  # another Python than the one it is installed for
                self._mover = _Patch()
        self._mover.move(offset, offset - self.offset)
        self.offset = offset


class _TimeMachine:
    """By time-machine, which replaces the functions in C, wherever they were imported to."""

    def __init__(self) -> None:
        import time_machine

        self._travel = time_machine.travel(real_time(), tick=True)
        self._traveller = self._travel.start()
        self._traveller.time_ns()  # its time starts to run with the first look at it

    def move(self, offset: float, step: float) -> None:
        self._traveller.shift(step)


class _Patch:
    """In pure Python: for `time.time`, `time.time_ns`, `gmtime`, `localtime` and `datetime`.

    A module that took one of them with `from time import time` before keeps the old one; the
    function's own modules are imported after.
    """

    def __init__(self) -> None:
        import datetime

        self._ahead = ahead = [0.0]
        real = {name: getattr(time, name) for name in ("time", "time_ns", "gmtime", "localtime")}
        time.time = lambda: real["time"]() + ahead[0]
        time.time_ns = lambda: real["time_ns"]() + round(ahead[0] * 1e9)
        time.gmtime = lambda secs=None: real["gmtime"](time.time() if secs is None else secs)
        time.localtime = lambda secs=None: real["localtime"](time.time() if secs is None else secs)
        real_datetime, real_date = datetime.datetime, datetime.date

        class _Meta(type):
            def __instancecheck__(cls, instance: object) -> bool:
                return isinstance(instance, cls.__mro__[1])

        class Datetime(real_datetime, metaclass=_Meta):
            @classmethod
            def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
                return real_datetime.fromtimestamp(time.time(), tz)

            @classmethod
            def utcnow(cls) -> datetime.datetime:
                now = real_datetime.fromtimestamp(time.time(), datetime.timezone.utc)  # noqa: UP017 - for Python 3.10
                return now.replace(tzinfo=None)

            @classmethod
            def today(cls) -> datetime.datetime:
                return cls.now()

        class Date(real_date, metaclass=_Meta):
            @classmethod
            def today(cls) -> datetime.date:
                return real_date.fromtimestamp(time.time())

        Datetime.__name__ = Datetime.__qualname__ = "datetime"
        Date.__name__ = Date.__qualname__ = "date"
        datetime.datetime, datetime.date = Datetime, Date

    def move(self, offset: float, step: float) -> None:
        self._ahead[0] = offset
