r"""The models' patterns are Java's. They are translated to Python's `re`; what cannot be translated is not judged.

Differences that occur: classes such as `\p{L}` and `\p{Graph}`, a hyphen after a class (`[\w-/]`), and pairs of
surrogates, by which Java writes characters beyond the first plane.
"""

import functools
import re
import unicodedata
import warnings

POSIX_CLASSES = {
    "Alnum": "0-9A-Za-z",
    "Alpha": "A-Za-z",
    "ASCII": r"\x00-\x7f",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "Digit": "0-9",
    "Graph": "!-~",
    "Lower": "a-z",
    "Print": " -~",
    "Punct": r"!-/:-@\[-`{-~",
    "Space": r" \t\n\x0b\f\r",
    "Upper": "A-Z",
    "XDigit": "0-9A-Fa-f",
}
PROPERTY = re.compile(r"\\p\{(?:Is)?(\w+)\}")
SURROGATES = re.compile(r"\\uD800\\uDC00-\\uDBFF\\uDFFF", re.I)
PART = re.compile(r"\\p\{\w+\}|\\u[0-9A-Fa-f]{4}|\\.|.", re.S)
PLANES = (range(0x33480), range(0xE0000, 0xE0200))
"""Where characters of a general category other than unassigned and private are."""


@functools.cache
def _category(name: str) -> str:
    """The characters of a general category such as `L` or `Zs`, as ranges of a class.

    Raises:
        ValueError: there is no such category.
    """
    codes = [code for plane in PLANES for code in plane if unicodedata.category(chr(code)).startswith(name)]
    if not codes:
        raise ValueError(f"no character is in the category {name}")
    ranges, first, last = [], codes[0], codes[0]
    for code in [*codes[1:], -1]:
        if code != last + 1:
            ranges.append(f"\\U{first:08x}-\\U{last:08x}")
            first = code
        last = code
    return "".join(ranges)


def _translated(pattern: str) -> str:
    pattern = SURROGATES.sub(lambda _match: r"\U00010000-\U0010ffff", pattern)
    written, inside, after_class = [], False, False
    for part in PART.findall(pattern):
        was_after_class, after_class = after_class, False
        if named := PROPERTY.fullmatch(part):
            characters = POSIX_CLASSES.get(named[1]) or _category(named[1])
            written.append(characters if inside else f"[{characters}]")
            after_class = inside
        elif part in (r"\w", r"\d", r"\s"):
            written.append(part)
            after_class = inside
        elif part in (r"\z", r"\Z"):
            written.append(r"\Z")
        elif part == "-" and was_after_class:
            written.append(r"\-")
        elif part == "[" and inside:
            raise ValueError("a class in a class is a union in Java")
        else:
            inside = part == "[" or (inside and part != "]")
            written.append(part)
    return "".join(written)


@functools.cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern for Python, or `None` where Python has no equal of it."""
    for write in (str, _translated):
        try:
            with warnings.catch_warnings():
                # `[[`, `&&` and the like mean something in Java's classes that they do not mean in Python's.
                warnings.simplefilter("error", FutureWarning)
                return re.compile(write(pattern))
        except (re.error, OverflowError, ValueError, FutureWarning):
            continue
    return None


def matches(pattern: str, value: str) -> bool:
    """Whether the whole value matches. A pattern that is not judged matches everything."""
    expression = compiled(pattern)
    return expression is None or expression.fullmatch(value) is not None
