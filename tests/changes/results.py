"""What each row came to when it was last run with `--record`; the page is written from it."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.support.platform import ROOT

FILE = Path(__file__).parent / "results.json"


@dataclass(frozen=True, kw_only=True)
class Result:
    """One row."""

    words: tuple[str, ...]
    """What `plan` said."""
    commit: str
    date: str
    requests: int = 0
    failed: int = 0
    """Of the requests."""
    failed_of: Mapping[str, int] = field(default_factory=dict)
    """Host name → failed requests, where any failed."""


def load() -> dict[str, Result]:
    """The last result of each row, by its id."""
    if not FILE.exists():
        return {}
    return {
        name: replace(Result(**document), words=tuple(document["words"]))
        for name, document in json.loads(FILE.read_text(encoding="utf-8")).items()
    }


def record(name: str, result: Result) -> None:
    """Keep the result of a row, and write the page again."""
    from tests.changes.page import PAGE, page

    results = {**load(), name: result}
    documents = {key: asdict(each) for key, each in sorted(results.items())}
    FILE.write_text(json.dumps(documents, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")


def commit() -> str:
    """The commit of the working tree."""
    done = subprocess.run(["git", "log", "-1", "--format=%h"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def today() -> str:
    return datetime.now(UTC).date().isoformat()
