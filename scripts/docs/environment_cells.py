"""Cells of the reference: what a key means, what it allows and what leaving it out means, from its JSON Schema."""

import json
import re
from typing import Any

from workspace import WINDLASS_FOLDER

JsonSchema = dict[str, Any]

_DEFAULT = re.compile(r"(?:^|(?<=\. ))Default: (.+?)\.(?: |$)")
_REQUIRED = re.compile(r"(?:^|(?<=\. ))Required ((?:if|unless|with|without|for) .+?)\.(?: |$)")
_EXAMPLE_IN_A_RULE = re.compile(r',? such as (?:"[^"]*"|\S+)(?: or "[^"]*")*')
_CODE = re.compile(r"(`[^`]*`)")
_LESSON = re.compile(r"(?<![\w-])([ABDEINPS]\d\d)(?!\w)")
_RUNBOOK = re.compile(r"docs/runbooks/([a-z-]+)\.md")
_DECISION = re.compile(r"docs/decisions/(\d{4})")


def resolved(schema: JsonSchema, definitions: JsonSchema) -> JsonSchema:
    """The schema that a reference names, or the schema itself."""
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return definitions[name] if name else schema


def meaning(value: JsonSchema) -> str:
    """The description without what is in the column of the default; one line for each choice that it explains."""
    text = _REQUIRED.sub("", value.get("description", ""))
    if not _has_shown_default(value):
        text = _DEFAULT.sub("", text)
    text = linked(text.strip())
    for choice in value.get("enum", ()):
        text = text.replace(f" `{choice}`: ", f"<br>`{choice}`: ")
    return text


def linked(text: str) -> str:
    """Text with links to lessons, runbooks, decisions and the sizes of Fargate; code remains as it is."""
    parts = _CODE.split(text)
    for number in range(0, len(parts), 2):
        part = _LESSON.sub(r"[\1](../lessons.md)", parts[number])
        part = _RUNBOOK.sub(r"[\1](../runbooks/\1.md)", part)
        part = _DECISION.sub(lambda match: _decision(match[1]), part)
        parts[number] = part.replace("Fargate sizes)", "[Fargate sizes](#fargate-sizes))")
    return "".join(parts)


def _decision(number: str) -> str:
    (path,) = (WINDLASS_FOLDER / "docs" / "decisions").glob(f"{number}-*.md")
    return f"[decision {number}](../decisions/{path.name})"


def allowed(value: JsonSchema, definitions: JsonSchema) -> str:
    """What the value may be, and an example."""
    example = _example(value)
    rule = _rule(value, definitions, has_example=example is not None)
    return rule if example is None else f"{rule}, such as `{_toml(example)}`"


def _example(value: JsonSchema) -> Any:
    """The example of a key; one made of the items' for a list or a table of texts. None where there is none."""
    if value.get("examples"):
        return value["examples"][0]
    if value.get("type") == "array":
        item = _example(value["items"])
        return None if item is None else [item]
    if value.get("type") == "object":
        name, item = _example(value["propertyNames"]), _example(value["additionalProperties"])
        return None if name is None or item is None else {name: item}
    return None


def _rule(value: JsonSchema, definitions: JsonSchema, *, has_example: bool) -> str:
    if "const" in value:
        return f"`{json.dumps(value['const'])}`"
    if "enum" in value:
        return ", ".join(f"`{json.dumps(choice)}`" for choice in value["enum"])
    if "oneOf" in value or "properties" in resolved(value, definitions):
        return "table"
    if "anyOf" in value:
        text, table = (_rule(choice, definitions, has_example=has_example) for choice in value["anyOf"])
        return f"{table}, or {text}"
    kind = value.get("type")
    if kind == "array":
        least = f" of {value['minItems']} or more" if value.get("minItems") else ""
        items = _rule(value["items"], definitions, has_example=has_example)
        return "list of tables" if items == "table" else f"list{least}: {items}"
    if kind == "object":
        names = _text(value["propertyNames"], has_example=has_example)
        values = _rule(value["additionalProperties"], definitions, has_example=has_example)
        return f"tables by name; name: {names}" if values == "table" else f"table; name: {names}; value: {values}"
    if kind == "boolean":
        return "`true`, `false`"
    if kind in ("integer", "number"):
        return f"{'whole number' if kind == 'integer' else 'number'}{_range(value)}"
    return _text(value, has_example=has_example)


def _text(value: JsonSchema, *, has_example: bool) -> str:
    """What a text may be, without the example that the sentence for messages has."""
    rule = value.get("$comment", "text")
    if has_example:
        rule = _EXAMPLE_IN_A_RULE.sub("", rule)
    most = value.get("maxLength")
    longest = f", at most {most} characters" if most and str(most) not in rule else ""
    return _escaped(rule) + longest


def _escaped(text: str) -> str:
    """Text without Markdown's emphasis; code remains as it is."""
    parts = _CODE.split(text)
    parts[::2] = [re.sub(r"([_*<])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def _range(value: JsonSchema) -> str:
    least = value.get("minimum", value.get("exclusiveMinimum"))
    above = "above " if "exclusiveMinimum" in value else ""
    most = value.get("maximum")
    if least is None or most is None:
        return ""
    return f", {above}{least:,} to {most:,}"


def _has_shown_default(value: JsonSchema) -> bool:
    """Whether the default is a value that says something; an empty list or a table does not."""
    return "default" in value and value["default"] != [] and not isinstance(value["default"], dict)


def default(key: str, value: JsonSchema, table: JsonSchema) -> str:
    """The default, and the condition under which the key is required: values, or sentences of the description."""
    if key in table.get("required", ()):
        return "required"
    description = value.get("description", "")
    parts = []
    if _has_shown_default(value):
        parts.append(f"`{_toml(value['default'])}`")
    elif (stated := _DEFAULT.search(description)) is not None:
        parts.append(linked(stated[1]))
    elif "$ref" in value and "default" in value:
        parts.append("the defaults of its keys")
    if (condition := _REQUIRED.search(description)) is not None:
        parts.append(f"required {linked(condition[1])}")
    if not parts:
        raise ValueError(f"the description of {key} does not say what its default is: {description}")
    return "; ".join(parts)


def _toml(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        pairs = (
            f"{key if re.fullmatch('[A-Za-z0-9_-]+', key) else json.dumps(key)} = {_toml(value[key])}" for key in value
        )
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    return json.dumps(value, ensure_ascii=False)
