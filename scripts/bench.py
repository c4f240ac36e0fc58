"""What a synth costs: time and memory for every environment, with our loading of the bindings and with the stock one.

`make bench` prints a table; `python -m scripts.bench --json` prints the same for programs, `--quick` runs each once.
A new row is one more `Row` from one more function in `TABLES`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SYNTH = (sys.executable, "main.py")
STOCK = {"WINDLASS_STOCK_BINDINGS": "1"}
SERVICE_COUNTS = (1, 10, 100)
FIRST_PRIORITY = 1000
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


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table."""

    table: str
    name: str
    resources: int
    """Resources in the JSON."""
    fast: Run
    """Our loading of the bindings."""
    stock: Run | None = None
    """The stock loading, where it was measured."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times longer the stock loading takes."""
        return self.stock.seconds / self.fast.seconds if self.stock else None


def run(command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Run a command in the project's folder and measure it.

    Raises:
        RuntimeError: it failed; with what it printed.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")
    return Run(
        seconds=seconds, cpu_seconds=usage.ru_utime + usage.ru_stime, peak_mib=usage.ru_maxrss / RSS_UNITS_PER_MIB
    )


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(
        seconds=statistics.median(one.seconds for one in runs),
        cpu_seconds=statistics.median(one.cpu_seconds for one in runs),
        peak_mib=statistics.median(one.peak_mib for one in runs),
    )


def warm(times: int, environment: Mapping[str, str]) -> Run:
    """The median of several synths after one that fills the caches."""
    run(SYNTH, environment)
    return median([run(SYNTH, environment) for _ in range(times)])


def environments(times: int, folder: Path) -> Iterator[Row]:
    """Every environment, fast and stock."""
    for file in sorted((ROOT / "environments").glob("*.toml")):
        settings = _settings(file.stem, folder)
        fast = warm(times, settings)
        resources = _resources(folder)
        # The stock loading takes so long that its spread hardly matters.
        stock = warm(min(times, 2), {**settings, **STOCK})
        yield Row(table="Synth of an environment", name=file.stem, resources=resources, fast=fast, stock=stock)


def services(times: int, folder: Path) -> Iterator[Row]:
    """The production environment with more and more web services."""
    in_file = tomllib.loads((ROOT / "environments/prod.toml").read_text(encoding="utf-8"))["services"]
    first_name, template = next(iter(in_file.items()))
    first: Run | None = None
    for count in SERVICE_COUNTS:
        named = [f"web-{number:03}" for number in range(count)]
        tables = {
            name: {**template, "priority": FIRST_PRIORITY + number, "host_names": [f"{name}.example.com"]}
            for number, name in enumerate(named)
        }
        # Under the first name of the file too, since a table given by a variable may be added to the file's.
        tables[first_name] = tables.pop(named[0])
        fast = warm(times, {**_settings("prod", folder), "WINDLASS_SERVICES": json.dumps(tables)})
        first = first or fast
        each = 1000 * (fast.seconds - first.seconds) / (count - 1) if count > 1 else 0.0
        note = f"{each:.0f} ms for each further one" if count > 1 else ""
        yield Row(table="Web services", name=str(count), resources=_resources(folder), fast=fast, note=note)


TABLES: tuple[Callable[[int, Path], Iterator[Row]], ...] = (environments, services)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--quick", action="store_true", help="run each once after warming up")
    parser.add_argument("--runs", type=int, default=5, help="runs of which the median counts (default: 5)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as folder, Console(stderr=True).status("measuring"):
        rows = [row for rows in TABLES for row in rows(1 if arguments.quick else arguments.runs, Path(folder))]
    if arguments.json:
        print(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=2))
    else:
        _print(rows)
    return 0


def _settings(environment: str, folder: Path) -> dict[str, str]:
    """What the synth is told: nothing of it lands in the project's `cdktf.out`."""
    return {"WINDLASS_ENVIRONMENT": environment, "CDKTF_OUTDIR": str(folder), "WINDLASS_STOCK_BINDINGS": ""}


def _resources(folder: Path) -> int:
    """How many resources the last synth wrote."""
    manifest = json.loads((folder / "manifest.json").read_text())
    files = [folder / stack["synthesizedStackPath"] for stack in manifest["stacks"].values()]
    documents = [json.loads(file.read_text()) for file in files]
    return sum(len(bodies) for document in documents for bodies in document.get("resource", {}).values())


def _print(rows: Sequence[Row]) -> None:
    console = Console()
    for title in dict.fromkeys(row.table for row in rows):
        table = Table(title=title, title_justify="left")
        table.add_column("")
        for heading in ("resources", "fast s", "fast MiB", "stock s", "stock MiB", "ratio"):
            table.add_column(heading, justify="right")
        table.add_column("")
        for row in (row for row in rows if row.table == title):
            stock = (f"{row.stock.seconds:.1f}", f"{row.stock.peak_mib:.0f}", f"{row.ratio:.1f}") if row.stock else ()
            table.add_row(
                row.name,
                str(row.resources),
                f"{row.fast.seconds:.2f}",
                f"{row.fast.peak_mib:.0f}",
                *(stock or ("", "", "")),
                row.note,
            )
        console.print(table)


if __name__ == "__main__":
    raise SystemExit(main())
