"""Reads `docs/first-apply.md`: its commands, the lines that it has people edit, and what commands print."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "first-apply.md"
ENVIRONMENT = Path("environments/shop.toml")
SETTINGS = Path(".env")
ANYTHING = "…"

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KEY = re.compile(r"^([\w.]+) = ")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block."""

    language: str
    words: tuple[str, ...]
    """After the language: `rehearsal`, `exit=1`."""
    lines: tuple[str, ...]

    @property
    def is_rehearsal(self) -> bool:
        """Whether AWS needs it not."""
        return "rehearsal" in self.words or self.language == "ini"

    @property
    def exit_code(self) -> int:
        """Of its commands."""
        return next((int(word.removeprefix("exit=")) for word in self.words if word.startswith("exit=")), 0)


def blocks() -> list[Block]:
    """In the order of the page."""
    return [
        Block(language=language, words=tuple(words.split()), lines=tuple(filter(None, text.splitlines())))
        for language, words, text in _FENCE.findall(PAGE.read_text(encoding="utf-8"))
    ]


def lines(language: str, *, rehearsal: bool) -> list[str]:
    """All lines of blocks of a language; without the headers of sections that the file has already."""
    chosen = [each for each in blocks() if each.language == language and each.is_rehearsal is rehearsal]
    known = (ROOT / "environments" / "dev.toml").read_text(encoding="utf-8").splitlines()
    return [line for block in chosen for line in block.lines if not (line.startswith("[") and line in known)]


def edited(text: str, edits: tuple[str, ...]) -> str:
    """An environment file with lines of the page: each replaces the one of its key, or is added to its section."""
    section = ""
    for line in edits:
        if line.startswith("["):
            section = line
            continue
        match = _KEY.match(line)
        assert match, line
        before, after = _section(text, section)
        own = [f"{line}\n" if each.startswith(f"{match[1]} = ") else each for each in after]
        if own == after and f"{line}\n" not in own:
            own.insert(1 if section else 0, f"{line}\n")
        text = _replaced(text, before, after, own)
    return text


def _section(text: str, header: str) -> tuple[int, list[str]]:
    """Where the lines of a section begin, and those; a section that is missing is one line, to be added at the end."""
    every = text.splitlines(keepends=True)
    if header and f"{header}\n" not in every:
        return len(every), [f"{header}\n"]
    start = every.index(f"{header}\n") if header else 0
    end = next((place for place in range(start + 1, len(every)) if every[place].startswith("[")), len(every))
    return start, every[start:end]


def _replaced(text: str, start: int, old: list[str], new: list[str]) -> str:
    every = text.splitlines(keepends=True)
    return "".join([*every[:start], *new, *every[start + len(old) :]])


def not_printed(printed: str, expected: tuple[str, ...]) -> Iterator[str]:
    """Lines of the page that were not printed in this order; `…` stands for anything, and columns may be wider."""
    rest = iter([" ".join(line.split()) for line in printed.splitlines()])
    for line in expected:
        parts = [re.escape(part) for part in " ".join(line.split()).split(ANYTHING)]
        pattern = re.compile(".*" + ".*".join(parts) + ".*")
        if not any(pattern.fullmatch(each) for each in rest):
            yield line
            return
