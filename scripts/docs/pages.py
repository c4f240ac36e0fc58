"""Which pages are generated, and their text."""

from pathlib import Path

from config import environment_names, load
from guards import CheckedStacks
from guards.rules_network import network_of
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from scripts.docs.reachability_page import page
from scripts.docs.reachability_picture import picture
from scripts.docs.reachability_view import view
from scripts.docs.roles_page import roles_page

FOLDER = Path("docs") / "generated"


def pages(name: str, stacks: CheckedStacks) -> dict[Path, str]:
    """The pages of an environment: path within the project → text."""
    seen = view(name, *network_of(stacks))
    roles = roles_page(name, stacks)
    return {
        **({FOLDER / f"airflow-roles-{name}.md": roles} if roles else {}),
        FOLDER / f"reachability-{name}.md": page(seen),
        FOLDER / f"reachability-{name}.svg": picture(seen),
    }


def generated(root: Path) -> dict[Path, str]:
    """Every generated page of every environment."""
    found: dict[Path, str] = {}
    for name in environment_names(root):
        environment = load(name, root)
        found |= pages(name, CheckedStacks(documents=terraform_json(environment), intent=intent_of(environment)))
    return found
