"""`docs/changes.md`: the rows with their last results."""

from collections.abc import Iterator, Mapping

from tests.changes.results import Result, load
from tests.changes.row import Row
from tests.changes.rows import BY_PLAN, ELSEWHERE, RUNNING
from tests.support.platform import ROOT

PAGE = ROOT / "docs" / "changes.md"
HEAD = """\
# Changing what is applied

Written by the tests of `tests/changes`, with `--record`. `python -m tests.changes.page` writes it again from their
results.

Each row is a change of an environment file, tried on an applied environment of the embedded AWS. What `./windlass plan`
said before it is below the tables.
"""
RUNNING_HEAD = """
## On a running platform

The change was planned, applied with `--yes` and waited for. Meanwhile clients asked every host name for pages and
posted items by HTTPS, up to 40 requests a second for each name, over new and over kept connections. Where Airflow ran,
a DAG with several tasks was run again and again, without retries. Afterwards `plan --detailed-exitcode` was empty. A
row that does not say *may fail* must have 0 failed requests and 0 lost tasks: its test fails otherwise.

| change | requests | failed | tasks | lost | shown |
|---|---|---|---|---|---|
"""
PLAN_HEAD = """
## Judged by the plan

Nothing was applied: `plan` says which resources are changed in place, replaced, added and removed.

| change | keys | shown |
|---|---|---|
"""
OTHERS_HEAD = """
## Without a row

The rows above change none of these keys.

| keys | why |
|---|---|
"""


def page(results: Mapping[str, Result]) -> str:
    """The whole page.

    Args:
        results: by the id of their row. A row without one is left out.
    """
    running = [row for row in RUNNING if row.id in results]
    by_plan = [row for row in BY_PLAN if row.id in results]
    lines = [HEAD, RUNNING_HEAD, *(_running(row, results[row.id]) for row in running)]
    lines += [PLAN_HEAD, *(_by_plan(row, results[row.id]) for row in by_plan)]
    lines += [OTHERS_HEAD, *_others()]
    lines.append("\n## What `plan` said\n")
    for row in (*running, *by_plan):
        lines += _words(row, results[row.id])
    return "".join(lines)


def _others() -> Iterator[str]:
    """A line for each reason."""
    keys: dict[str, list[str]] = {}
    for key, why in ELSEWHERE.items():
        keys.setdefault(why, []).append(_code(key))
    for why, named in keys.items():
        yield f"| {', '.join(named)} | {why} |\n"


def _running(row: Row, result: Result) -> str:
    may = f" (requests to {row.interrupts} may fail)" if row.interrupts else ""
    note = f" {row.note}" if row.note else ""
    tasks = (str(result.tasks), str(result.lost)) if result.tasks else ("", "")
    cells = (f"{row.title}{may}.{note}", str(result.requests), str(result.failed), *tasks, _when(result))
    return f"| {' | '.join(cells)} |\n"


def _by_plan(row: Row, result: Result) -> str:
    note = f" {row.note}" if row.note else ""
    return f"| {row.title}.{note} | {', '.join(map(_code, row.keys))} | {_when(result)} |\n"


def _words(row: Row, result: Result) -> Iterator[str]:
    yield f"\n### {row.title}\n\n```text\n"
    yield "\n".join(result.words) or "nothing to change"
    yield "\n```\n"


def _when(result: Result) -> str:
    return f"{result.date}, {result.commit}"


def _code(text: str) -> str:
    return f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(load()), encoding="utf-8")
