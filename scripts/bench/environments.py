"""Synth of every environment: our loading of the bindings against the stock one."""

from collections.abc import Iterator

from scripts.bench.process import ROOT
from scripts.bench.synth import STOCK, row, synthesiser
from scripts.bench.table import Progress, Row, Table

STOCK_RUNS = 2
"""The stock bindings load so slowly that the spread hardly matters."""


def rows(times: int, progress: Progress) -> Iterator[Row]:
    """A row for each file in `environments/`."""
    with synthesiser() as warm:
        for file in sorted((ROOT / "environments").glob("*.toml")):
            progress(f"synth of {file.stem}, our loading of the bindings")
            fast = warm(times, file.stem, {})
            progress(f"synth of {file.stem}, the stock one")
            yield row(file.stem, fast, warm(min(times, STOCK_RUNS), file.stem, STOCK).run)


TABLE = Table(name="environments", title="Synth of an environment", rows=rows)
