"""`make test-long`: tests that take minutes to an hour, part by part, with a record of each part's last run.

A part that has passed at the current commit is not run again, so an interrupted run goes on where it was.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "docs" / "generated" / "long-tests.json"
DOCUMENT = RESULTS.with_suffix(".md")


@dataclass(frozen=True, kw_only=True)
class Part:
    """Tests that belong together."""

    name: str
    shows: str
    """What they show, as a sentence without a full stop."""
    tests: tuple[str, ...]
    """Paths or node ids for pytest."""
    limit_minutes: int
    """The part is ended, and has failed, after this time."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The last run of a part."""

    commit: str
    date: str
    minutes: float
    outcome: str
    """`passed`, `failed`, or `timed out`."""
    summary: str
    """pytest's last line."""


PARTS = (
    Part(
        name="kills",
        shows="15 kills of any processes while nothing is applied lose nothing that was reported as done",
        tests=("tests/long/test_kills.py::test_a_platform_that_is_killed_while_nothing_is_applied_comes_back",),
        limit_minutes=60,
    ),
    Part(
        name="kills-in-an-apply",
        shows="5 kills in the middle of an apply lose nothing that was reported as done, and the next apply converges",
        tests=("tests/long/test_kills.py::test_an_apply_that_is_killed_in_the_middle_converges_by_the_next_one",),
        limit_minutes=60,
    ),
    Part(
        name="first-apply",
        shows="docs/first-apply.md leads from an empty account to a service that was switched and rolled back",
        tests=("tests/long/test_first_apply.py",),
        limit_minutes=20,
    ),
    Part(
        name="restore-by-terraform",
        shows="Terraform restores a lost database in both regions with its data, and plans nothing afterwards",
        tests=("tests/long/test_restored_by_terraform.py",),
        limit_minutes=20,
    ),
    Part(
        name="production",
        shows="the shipped production environment is applied, plans empty, runs its web service, and is taken down",
        tests=("tests/long/test_production.py",),
        limit_minutes=45,
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that have not passed at this commit; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make test-long", description=__doc__)
    parser.add_argument(
        "--part", choices=[part.name for part in PARTS], help="run this part only, also where it passed"
    )
    parser.add_argument("--record", action="store_true", help="write what roles call (tests/permissions/recorded)")
    options = parser.parse_args(arguments)
    chosen = options.part
    commit, results = _commit(), load()
    for part in PARTS:
        before = results.get(part.name)
        if chosen not in (None, part.name):
            continue
        if chosen is None and before is not None and (before.commit, before.outcome) == (commit, "passed"):
            print(f"{part.name}: passed at {commit} already")
            continue
        print(f"{part.name}: {part.shows} (at most {part.limit_minutes} minutes)", flush=True)
        results[part.name] = run(part, commit, record=options.record)
        save(results)
    failed = [part.name for part in PARTS if part.name in results and results[part.name].outcome != "passed"]
    for name in failed:
        print(f"{name}: {results[name].outcome}: {results[name].summary}", file=sys.stderr)
    return 1 if failed else 0


def run(part: Part, commit: str, *, record: bool = False) -> Result:
    """Run one part.

    Args:
        part: of the long tests.
        commit: that the result names.
        record: write what roles call, where a test compares it with a file.
    """
    started = time.monotonic()
    # A shell's background job ignores Ctrl-C, and pytest would inherit that; its limit could not end it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-m", "pytest", "--long", "-p", "no:cacheprovider", "-v", *part.tests]
    command += ["--record"] * record
    # The first part applies a platform, and the others load it.
    variables = {**os.environ, "TEST_PLATFORM_COPIES": str(ROOT / ".windlass" / "test-platforms")}
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as pytest:
        outcome, summary = _follow(pytest, part.limit_minutes * 60)
    minutes = round((time.monotonic() - started) / 60, 1)
    date = datetime.now(UTC).date().isoformat()
    return Result(commit=commit, date=date, minutes=minutes, outcome=outcome, summary=summary)


def _follow(pytest: "subprocess.Popen[str]", limit_seconds: float) -> tuple[str, str]:
    """Print its output until its end, which comes with the limit at the latest; the outcome, and the last line."""
    assert pytest.stdout is not None
    ended = threading.Event()

    def end() -> None:
        ended.set()
        # As Ctrl-C: pytest ends the platforms that it has started.
        pytest.send_signal(signal.SIGINT)

    timer = threading.Timer(limit_seconds, end)
    timer.start()
    last = ""
    for line in pytest.stdout:
        print(line, end="", flush=True)
        last = line.strip() or last
    code = pytest.wait()
    timer.cancel()
    if ended.is_set():
        return "timed out", last.strip("= ")
    return ("passed" if code == 0 else "failed"), last.strip("= ")


def load() -> dict[str, Result]:
    """The last result of each part that has run."""
    if not RESULTS.exists():
        return {}
    return {name: Result(**document) for name, document in json.loads(RESULTS.read_text()).items()}


def save(results: dict[str, Result]) -> None:
    """Write the results, as JSON and as a page."""
    RESULTS.write_text(json.dumps({name: asdict(each) for name, each in sorted(results.items())}, indent=2) + "\n")
    DOCUMENT.write_text(page(results))


def page(results: dict[str, Result]) -> str:
    """The page with a line for each part."""
    lines = [
        "# Long tests",
        "",
        "Written by `make test-long`, which runs what takes too long for CI: parts of at most an hour.",
        "",
        "| part | what it shows | commit | date | minutes | result |",
        "|---|---|---|---|---|---|",
    ]
    for part in PARTS:
        if part.name in results:
            last = results[part.name]
            cells = (
                part.name,
                part.shows,
                last.commit,
                last.date,
                f"{last.minutes:g}",
                f"{last.outcome}: {last.summary}",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _commit() -> str:
    """The last commit that changed anything but the results; with a `+` where something is not committed."""
    others = [".", *(f":!{path.relative_to(ROOT)}" for path in (RESULTS, DOCUMENT))]
    commit = _git("log", "-1", "--format=%h", "--", *others)
    return f"{commit}+" if _git("status", "--porcelain", "--", *others) else commit


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
