"""How quickly a command line answers: in multiples of an empty Python, measured in turn."""

import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.process import ROOT, run
from scripts.bench.table import Progress, Row, Table

EMPTY = (sys.executable, "-c", "pass")


@dataclass(frozen=True, kw_only=True)
class Start:
    """A command whose start is measured."""

    name: str
    words: Sequence[str]
    exit_code: int = 0
    limit: float
    """At most so many times the time of an empty Python."""


STARTS = (
    Start(name="--help", words=("--help",), limit=8),
    Start(name="check of a wrong file", words=("check", "wrong"), exit_code=2, limit=25),
)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Medians of one command and of an empty Python."""

    seconds: float
    empty_seconds: float

    @property
    def ratio(self) -> float:
        """How many times an empty Python."""
        return self.seconds / self.empty_seconds


@contextmanager
def wrong_file() -> Iterator[Mapping[str, str]]:
    """A workspace whose one environment has a mistake; gives the variables that select it."""
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as folder:
        environments = Path(folder) / "environments"
        environments.mkdir()
        text = (ROOT / "environments" / "dev.toml").read_text(encoding="utf-8")
        (environments / "wrong.toml").write_text(f"{text}\n[nonsense]\nkey = 1\n", encoding="utf-8")
        yield {"WINDLASS_ROOT": folder}


def measure(start: Start, times: int) -> Measured:
    """The medians of runs in turn, after one that fills the caches."""
    command = [str(ROOT / "windlass"), *start.words]
    with wrong_file() as variables:
        run(command, variables, exit_code=start.exit_code)
        empty, full = [], []
        for _ in range(times):
            empty.append(run(EMPTY, {}).seconds)
            full.append(run(command, variables, exit_code=start.exit_code).seconds)
    return Measured(seconds=statistics.median(full), empty_seconds=statistics.median(empty))


def rows(times: int, progress: Progress) -> Iterator[Row]:
    """A row for each of `STARTS`."""
    for start in STARTS:
        progress(f"start of {start.name}")
        measured = measure(start, 2 * times)
        yield Row(
            name=start.name,
            cells={
                "ms": f"{measured.seconds * 1000:.0f}",
                "python -c pass ms": f"{measured.empty_seconds * 1000:.0f}",
                "times": f"{measured.ratio:.1f}",
                "limit": f"{start.limit:.0f}",
            },
            facts={
                "seconds": measured.seconds,
                "empty_seconds": measured.empty_seconds,
                "ratio": measured.ratio,
                "limit": start.limit,
            },
        )


TABLE = Table(name="commands", title="Start of commands, in multiples of `python -c pass`", rows=rows)
