"""Whole processes: their time and memory."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workspace import WINDLASS_FOLDER

ROOT = WINDLASS_FOLDER
KIB_PER_MIB = 1024
RSS_UNITS_PER_MIB = 1024 * 1024 if sys.platform == "darwin" else KIB_PER_MIB
"""What the operating system counts memory in."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One process from start to end."""

    seconds: float
    """Wall time."""
    cpu_seconds: float
    """Processor time of the process and of those it waited for."""
    peak_mib: float
    """Memory of the largest of those processes."""


def run(command: Sequence[str], environment: Mapping[str, str], *, exit_code: int = 0) -> Run:
    """Run a command in the project's folder and measure it.

    Args:
        command: program and arguments.
        environment: variables on top of this process's own.
        exit_code: how it must end.

    Raises:
        RuntimeError: it ended otherwise; with what it printed.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != exit_code:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")
    return Run(
        seconds=seconds, cpu_seconds=usage.ru_utime + usage.ru_stime, peak_mib=usage.ru_maxrss / RSS_UNITS_PER_MIB
    )


def median(runs: Sequence[Run]) -> Run:
    """The median of each measurement."""
    return Run(
        seconds=statistics.median(one.seconds for one in runs),
        cpu_seconds=statistics.median(one.cpu_seconds for one in runs),
        peak_mib=statistics.median(one.peak_mib for one in runs),
    )
