"""Finds the words of `words.py` in file names, identifiers, docstrings, comments, strings and documents."""

import ast
import re
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import StringIO
from itertools import groupby
from pathlib import Path

from tests.words.words import IDENTIFIERS, NAMES, PHRASES

ROOT = Path(__file__).resolve().parents[2]
OWN = "tests/words/"
DOCUMENTS = (".md", ".toml", ".yml", ".yaml", ".sh", "Makefile")
EXEMPT = (
    "Pipfile.lock",
    "LICENSE",
    "docker/compose.yaml",  # has the programs of modules/airflow/scripts
    "docs/generated/",
    "tests/snapshots/",
    "tests/config/wrong/",
)
_GROUP = re.compile(r"\([^()]*\)[?*]?")
_NO_LITERAL = re.compile(r"\\.[+*?]?|\[[^]]*\][+*?]?|.[?*]|[.^$+]")
"""Parts of a pattern that do not occur in its matches as they are written, or not in each."""


def _literal(pattern: str) -> str:
    """The longest text, in lower case, that every match of a phrase contains. Most files do not."""
    while (shorter := _GROUP.sub("\0", pattern)) != pattern:
        pattern = shorter
    assert "|" not in pattern, f"an alternative outside of brackets: {pattern}"
    return max(_NO_LITERAL.sub("\0", pattern).lower().split("\0"), key=len)


_PHRASES = [
    (_literal(pattern), re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE), instead)
    for pattern, instead in PHRASES.items()
]
_OLD_AND_NEW = re.compile(r"(?m)^\| `.*$")
"""A row of the changelog's tables of old and new names."""
_NOT_FOUND = re.compile(r"not_?found", re.IGNORECASE)
"""As AWS names its errors."""
_COMMENT = re.compile(r"#(.*)")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One old word."""

    path: str
    line: int
    text: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text!r}; write: {self.instead}"


@cache
def files() -> tuple[str, ...]:
    """Files that people read, relative to the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(
        path for path in listed.stdout.splitlines() if not path.startswith((OWN, *EXEMPT)) and (ROOT / path).is_file()
    )


def hits() -> Iterator[Hit]:
    """Every old word of the project."""
    for path in files():
        read = path.endswith((".py", *DOCUMENTS))
        yield from hits_in_file(path, (ROOT / path).read_text(encoding="utf-8") if read else "")


def hits_in_file(path: str, text: str) -> Iterator[Hit]:
    """The old words in a file's name and in its text."""
    yield from _in_name(path, 0, Path(path).stem)
    if path.endswith(".py"):
        yield from _in_python(path, text)
    elif path == "CHANGELOG.md":
        yield from hits_in_text(path, 1, _OLD_AND_NEW.sub("", text))
    elif path.endswith(DOCUMENTS):
        yield from hits_in_text(path, 1, text)


def _in_name(path: str, line: int, name: str) -> Iterator[Hit]:
    if name in IDENTIFIERS:
        yield Hit(path=path, line=line, text=name, instead=IDENTIFIERS[name])
    if name.startswith("test_"):  # a sentence
        yield from hits_in_text(path, line, name.replace("_", " "))
        return
    # AWS's own errors are called `…NotFound`.
    for part in _PARTS.findall(_NOT_FOUND.sub("", name)):
        if part.lower() in NAMES:
            yield Hit(path=path, line=line, text=name, instead=NAMES[part.lower()])


def hits_in_text(path: str, first_line: int, text: str) -> Iterator[Hit]:
    """The old phrases in a text that starts at this line."""
    lower = " ".join(text.lower().split())
    for literal, pattern, instead in _PHRASES:
        if literal not in lower:
            continue
        for match in pattern.finditer(text):
            line = first_line + text.count("\n", 0, match.start())
            yield Hit(path=path, line=line, text=" ".join(match[0].split()), instead=instead)


def _has_phrase(text: str) -> bool:
    return next(hits_in_text("", 0, text), None) is not None


def _in_python(path: str, source: str) -> Iterator[Hit]:
    seen: set[tuple[str, int]] = set()
    texts: list[tuple[int, str]] = []
    for node in _nodes(ast.parse(source)):
        for name, line in _names(node):
            if (name, line) not in seen:
                seen.add((name, line))
                yield from _in_name(path, line, name)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append((node.lineno, node.value))
    if _may_have_comments_with_phrases(source):
        texts = [*_comments(source), *texts]
    # All texts of a file at once: nearly none has a phrase, and a file has hundreds of texts.
    if _has_phrase("\0".join(text for _, text in texts)):
        for first_line, text in texts:
            yield from hits_in_text(path, first_line, text)


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """As `ast.walk`, in another order and three times as fast."""
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        for value in vars(node).values():
            if isinstance(value, list):
                nodes += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                nodes.append(value)


def _may_have_comments_with_phrases(source: str) -> bool:
    """False only if no comment has a phrase: whatever follows a `#` is taken for a comment. Spares the tokeniser."""
    lines = [match[1].lstrip("#") for match in _COMMENT.finditer(source)]
    # A line with another `#`, perhaps in a string: where its comment begins is not clear.
    return any("#" in line for line in lines) or _has_phrase("\n".join(lines))


def _comments(source: str) -> Iterator[tuple[int, str]]:
    """Comments with the line of their start; those of consecutive lines are one text."""
    tokens = [each for each in tokenize.generate_tokens(StringIO(source).readline) if each.type == tokenize.COMMENT]
    for _, run in groupby(enumerate(tokens), key=lambda each: each[1].start[0] - each[0]):
        comments = [token for _, token in run]
        yield comments[0].start[0], "\n".join(token.string.lstrip("#") for token in comments)


def _names(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that are defined here."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, node.lineno
        case ast.arg():
            yield node.arg, node.lineno
        case ast.Name(ctx=ast.Store()):
            yield node.id, node.lineno
        case ast.Attribute(ctx=ast.Store()):
            yield node.attr, node.lineno
        case _:
            return
