"""Fresh child processes and what each of them cost."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Cost:
    """Processor time (user and system, seconds) and peak memory (MB) of a whole process."""

    cpu: float
    memory: float


def run(
    command: list[str], stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a command to its end, import included; raises RuntimeError when it fails."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
        given.write(stdin)
        given.seek(0)
        child = subprocess.Popen(
            command,
            stdin=given,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            raise RuntimeError(errors.read().decode(errors="replace"))
    # Linux counts the peak in kilobytes.
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def python(code: str, *arguments: str) -> list[str]:
    """Return the command that runs some Python code in this environment."""
    return [sys.executable, "-c", code, *arguments]


def medians(runs: Mapping[str, list[Cost]]) -> dict[str, Cost]:
    return {
        name: Cost(
            statistics.median(cost.cpu for cost in costs),
            statistics.median(cost.memory for cost in costs),
        )
        for name, costs in runs.items()
    }
