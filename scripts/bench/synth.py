"""What a synth is, and what it costs after one that fills the caches."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.bench.process import Run, median, run
from scripts.bench.table import Row

SYNTH = (sys.executable, "main.py")
STOCK = {"WINDLASS_STOCK_BINDINGS": "1"}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A synth, and how much it wrote."""

    run: Run
    resources: int


@contextmanager
def synthesiser() -> Iterator[Callable[[int, str, Mapping[str, str]], Measured]]:
    """A function that measures synths of an environment, and leaves the project's `cdktf.out` alone."""
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as folder:

        def warm(times: int, environment: str, settings: Mapping[str, str]) -> Measured:
            """The median of several synths after one that fills the caches."""
            variables = {
                "WINDLASS_ENVIRONMENT": environment,
                "CDKTF_OUTDIR": folder,
                "WINDLASS_STOCK_BINDINGS": "",
                **settings,
            }
            run(SYNTH, variables)
            runs = [run(SYNTH, variables) for _ in range(times)]
            return Measured(run=median(runs), resources=_resources(Path(folder)))

        yield warm


def row(name: str, fast: Measured, stock: Run | None = None, note: str = "") -> Row:
    """A line with our loading of the bindings, and the stock one where it was measured."""
    ratio = stock.seconds / fast.run.seconds if stock else None
    cells = {
        "resources": str(fast.resources),
        "fast s": f"{fast.run.seconds:.2f}",
        "fast MiB": f"{fast.run.peak_mib:.0f}",
    }
    if stock:
        cells |= {"stock s": f"{stock.seconds:.1f}", "stock MiB": f"{stock.peak_mib:.0f}", "ratio": f"{ratio:.1f}"}
    facts = {
        "resources": fast.resources,
        "fast": asdict(fast.run),
        "stock": asdict(stock) if stock else None,
        "ratio": ratio,
    }
    return Row(name=name, cells=cells, facts=facts, note=note)


def _resources(folder: Path) -> int:
    """How many resources the last synth wrote."""
    manifest = json.loads((folder / "manifest.json").read_text())
    files = [folder / stack["synthesizedStackPath"] for stack in manifest["stacks"].values()]
    documents = [json.loads(file.read_text()) for file in files]
    return sum(len(bodies) for document in documents for bodies in document.get("resource", {}).values())
