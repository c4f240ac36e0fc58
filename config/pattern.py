"""What a text in an environment file may be, as a regular expression that its JSON Schema carries too."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

PORT = r"(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])"
"""A port of an address, 1 to 65535, for the expression of a `Pattern`."""


@dataclass(frozen=True)
class Pattern:
    r"""Annotation of a string that a regular expression must match as a whole: `Annotated[str, Pattern(…)]`.

    The expression is written so that Python, JavaScript (with the flag `u`) and Rust read it alike, because editors
    check files with the JSON Schema. `\d` and `\w` are ASCII in all of them.
    """

    regex: str
    """The expression, without anchors."""

    allowed: str
    """What is allowed, for messages and the reference page: completes "is not accepted; allowed: …"."""

    example: str = ""
    """A value that matches, for the JSON Schema. A field whose key needs another one has `Field(examples=[…])`.
    Default: none."""

    suggest: Callable[[str], str | None] | None = None
    """Returns a valid value that a wrong one resembles, for "did you mean". Default: none."""

    portable_regex: str = ""
    """The expression for the JSON Schema where `regex` needs Unicode's letters and digits. Default: `regex`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the text after pydantic's own checks."""
        flags = 0 if self.portable_regex else re.ASCII

        def check(value: str) -> str:
            # Compiled when first needed, and kept by `re`: most commands meet a few of more than a hundred patterns.
            if not re.fullmatch(self.regex, value, flags):
                close = self.suggest(value) if self.suggest is not None else None
                raise ValueError(self.allowed + (f'; did you mean "{close}"?' if close else ""))
            return value

        return core_schema.no_info_after_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add `pattern`, an example, and `allowed` as a comment, from which the reference page is written."""
        json_schema = handler(schema)
        json_schema["pattern"] = f"^(?:{self.portable_regex or self.regex})$"
        json_schema["$comment"] = self.allowed
        if self.example:
            json_schema["examples"] = [self.example]
        return json_schema
