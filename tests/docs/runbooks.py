"""Reads the runbooks: their commands, and the words in capitals that people replace."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "runbooks"
PAGES = sorted(FOLDER.glob("*.md"))

_FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"\b[A-Z]{3,}(?:_[A-Z]+)*\b")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """One per line; a line that ends with a backslash continues."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def blocks(page: Path) -> list[Block]:
    return [Block(language=language, text=text) for language, text in _FENCE.findall(page.read_text(encoding="utf-8"))]


def prose(page: Path) -> str:
    """The page without its blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def commands() -> dict[str, list[str]]:
    """Every command of every page, with the names of the pages that have it."""
    pages: dict[str, list[str]] = {}
    for page in PAGES:
        for block in blocks(page):
            for command in block.commands:
                pages.setdefault(command, []).append(page.stem)
    return pages


def placeholders(text: str) -> set[str]:
    """The words in capitals."""
    return set(_PLACEHOLDER.findall(text))


def documented_placeholders() -> set[str]:
    """Those that the first page explains."""
    rows = re.findall(
        r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {word.strip("`") for row in rows for word in row.split(", ")}


def filled(command: str, values: dict[str, str]) -> str:
    """Replace the words in capitals of a command."""
    return _PLACEHOLDER.sub(lambda word: values.get(word[0], word[0]), command)
