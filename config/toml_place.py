"""The place in a TOML file that a message of `tomllib` names, as people see it in their editor."""

import re

_PLACE = re.compile(r"\(at line (?P<line>\d+), column (?P<column>\d+)\)$")
SHOWN = 80
"""Characters of a line that are shown; of a longer one those around the place."""


def place(text: str, message: str) -> str:
    """The line that a message names and a caret below the column, each after a line break.

    Args:
        text: of the file.
        message: of `tomllib`; one about the end of the document names no line.

    Returns:
        Two lines, or an empty text where the message names no place.
    """
    match = _PLACE.search(message)
    lines = text.split("\n")
    if match is None or int(match["line"]) > len(lines):
        return ""
    # Nothing that a terminal obeys, and each character one column wide.
    line = "".join(each if each.isprintable() else " " for each in lines[int(match["line"]) - 1].rstrip("\r"))
    column = int(match["column"]) - 1
    start = max(0, column - SHOWN // 2) if len(line) > SHOWN else 0
    return f"\n      {line[start : start + SHOWN]}\n      {' ' * (column - start)}^"
