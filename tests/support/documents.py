"""The finished Terraform JSON of environments, generated once per test run, and functions to query it."""

import json
import pickle
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from config import Environment, load
from guards import Intent
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from modules.airflow.commands import SCRIPTS, script

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ("dev", "local", "prod", "staging")

PROGRAMS = {script(path.stem)[2]: f"(the program {path.name})" for path in SCRIPTS.glob("*.py")}
"""Programs that task definitions carry, by their text; a review reads them where they are written."""

Documents = dict[str, dict[str, Any]]


@cache
def documents(name: str) -> Documents:
    """The JSON of a shipped environment, by layer. Shared: `fresh_documents` may be changed."""
    return terraform_json(load(name, ROOT))


def fresh_documents(name: str) -> Documents:
    """A copy of it that a test may change."""
    copied: Documents = pickle.loads(_pickled(name))
    return copied


@cache
def _pickled(name: str) -> bytes:
    return pickle.dumps(documents(name))


def documents_of(name: str, change: Callable[[dict[str, Any]], object]) -> Documents:
    """The JSON of a shipped environment after a change to its environment file."""
    return terraform_json(changed_environment(name, change))


def changed_environment(name: str, change: Callable[[dict[str, Any]], object]) -> Environment:
    """A shipped environment after a change to its environment file."""
    data = to_jsonable_python(load(name, ROOT))
    change(data)
    return Environment.model_validate_json(json.dumps(data))


@cache
def intent(name: str) -> Intent:
    """The intent that a shipped environment file gives to the guards."""
    return intent_of(load(name, ROOT))


def addresses(all_documents: Documents) -> dict[str, Any]:
    """Every resource and data source of an environment: `layer: type.name` → body."""
    return {
        f"{layer}: {'data.' if section == 'data' else ''}{resource_type}.{name}": body
        for layer, document in all_documents.items()
        for section in ("resource", "data")
        for resource_type, bodies in document.get(section, {}).items()
        for name, body in bodies.items()
    }


def readable_document(document: Mapping[str, Any]) -> Any:
    """A document for a review: JSON inside strings (policies, containers) is opened, and cdktf's notes are left out."""
    return _opened({key: value for key, value in document.items() if key != "//"})


def inventory(document: Mapping[str, Any]) -> dict[str, Any]:
    """A summary for reviewers: the number of resources of each type, and the outputs."""
    counts: Counter[str] = Counter()
    for section, prefix in (("resource", ""), ("data", "data."), ("ephemeral", "ephemeral.")):
        for resource_type, bodies in document.get(section, {}).items():
            counts[prefix + resource_type] = len(bodies)
    return {"outputs": sorted(document.get("output", {})), "resources": dict(sorted(counts.items()))}


def _opened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [PROGRAMS.get(item) or _opened(item) if isinstance(item, str) else _opened(item) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return {"(JSON)": _opened(json.loads(value))}
        except ValueError:
            return value
    return value
