"""Which pages are generated, and their text."""

import json
from pathlib import Path

from config import environment_names, load
from config.schema import schema_document
from guards import CheckedStacks
from guards.rules_network import network_of
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from scripts.docs.environment_page import environment_page
from scripts.docs.permission_pages import permission_pages
from scripts.docs.reachability_page import page
from scripts.docs.reachability_picture import picture
from scripts.docs.reachability_view import view
from scripts.docs.roles_page import roles_page

FOLDER = Path("docs") / "generated"
REFERENCE = Path("docs") / "reference"


def pages(name: str, stacks: CheckedStacks) -> dict[Path, str]:
    """The pages of an environment: path within the project → text."""
    seen = view(name, *network_of(stacks))
    roles = roles_page(name, stacks)
    return {
        **({FOLDER / f"airflow-roles-{name}.md": roles} if roles else {}),
        FOLDER / f"reachability-{name}.md": page(seen),
        FOLDER / f"reachability-{name}.svg": picture(seen),
    }


def reference() -> dict[Path, str]:
    """The JSON Schema of an environment file, and the same as a page."""
    document = schema_document()
    return {
        REFERENCE / "environment.schema.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
        REFERENCE / "environment.md": environment_page(document),
    }


def generated(root: Path) -> dict[Path, str]:
    """Every generated page: those of each environment, the reference, and permissions."""
    written: dict[Path, str] = reference() | permission_pages(root)
    for name in environment_names(root):
        environment = load(name, root)
        written |= pages(name, CheckedStacks(documents=terraform_json(environment), intent=intent_of(environment)))
    return written
