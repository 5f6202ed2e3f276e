"""A process that is begun again when it ends. Needs no package: `portal` runs before there are any."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

QUICK = 10  # seconds; what ends sooner has hardly begun
FEW = 5  # quick ends, one after the other
PAUSE = 60  # seconds between two beginnings after so many


class Kept:
    """A child of this process, by `begin`; to be looked after about once a second."""

    def __init__(
        self,
        begin: Callable[[], subprocess.Popen[bytes]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self._begin, self._clock = begin, clock
        self._begun_at, self._quick_ends = 0.0, 0

    def look_after(self) -> bool:
        """Begin the child at first, and when it has ended: at once, or after a pause where it ends
        quickly each time. Return True where it comes to that, once in a row."""
        lasted = self._clock() - self._begun_at
        failing = False
        if self.child is not None and self.child.poll() is not None:
            self.child = None
            self._quick_ends = self._quick_ends + 1 if lasted < QUICK else 0
            failing = self._quick_ends == FEW
        if self.child is None and (self._quick_ends < FEW or lasted >= PAUSE):
            self.child, self._begun_at = self._begin(), self._clock()
        return failing

    def end(self) -> None:
        """End the child, where there is one."""
        if self.child is not None:
            self.child.terminate()
            self.child.wait()
