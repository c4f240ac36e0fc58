"""`docs/changes.md`: the rows with their last results."""

from collections.abc import Iterator, Mapping

from tests.changes.results import Result, load
from tests.changes.row import Row
from tests.changes.rows import ROWS
from tests.support.platform import ROOT

PAGE = ROOT / "docs" / "changes.md"
HEAD = """\
# Changing what is applied

Written by the tests of `tests/changes`, with `--record`. `python -m tests.changes.page` writes it again from their
results.

Each row is a change of an environment file, tried on an applied environment of the embedded AWS. What `./windlass plan`
said before it is below the table.

The change was planned, applied with `--yes` and waited for. Meanwhile clients asked every host name for pages and
posted items by HTTPS, up to 40 requests a second for each name, over new and over kept connections. Afterwards
`plan --detailed-exitcode` was empty. A row that does not say *may fail* must have 0 failed requests: its test fails
otherwise.

| change | requests | failed | shown |
|---|---|---|---|
"""


def page(results: Mapping[str, Result]) -> str:
    """The whole page.

    Args:
        results: by the id of their row. A row without one is left out.
    """
    rows = [row for row in ROWS if row.id in results]
    lines = [HEAD, *(_row(row, results[row.id]) for row in rows), "\n## What `plan` said\n"]
    for row in rows:
        lines += _words(row, results[row.id])
    return "".join(lines)


def _row(row: Row, result: Result) -> str:
    may = f" (requests to {row.interrupts} may fail)" if row.interrupts else ""
    note = f" {row.note}" if row.note else ""
    cells = (f"{row.title}{may}.{note}", str(result.requests), str(result.failed), _when(result))
    return f"| {' | '.join(cells)} |\n"


def _words(row: Row, result: Result) -> Iterator[str]:
    yield f"\n### {row.title}\n\n```text\n"
    yield "\n".join(result.words) or "nothing to change"
    yield "\n```\n"


def _when(result: Result) -> str:
    return f"{result.date}, {result.commit}"


if __name__ == "__main__":
    PAGE.write_text(page(load()), encoding="utf-8")
