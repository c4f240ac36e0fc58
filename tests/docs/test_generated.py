"""The generated pages are up to date, and agree with the JSON."""

import copy
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from guards import CheckedStacks
from guards.rules_network import network_of
from scripts.docs.pages import FOLDER, pages
from scripts.docs.permission_pages import permission_pages
from scripts.docs.reachability_page import page
from scripts.docs.reachability_picture import picture
from scripts.docs.reachability_view import View, view
from scripts.docs.roles_page import roles_page
from tests.guards.mistakes_network import MISTAKES
from tests.support.documents import ENVIRONMENTS, ROOT, Documents, documents, documents_of, intent

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker-default", "worker-reports")


def seen(name: str, all_documents: Documents | None = None) -> View:
    stacks = CheckedStacks(documents=all_documents or documents(name), intent=intent(name))
    return view(name, *network_of(stacks))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_pages_are_current(name: str) -> None:
    wanted = pages(name, CheckedStacks(documents=documents(name), intent=intent(name)))
    for path, text in wanted.items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is old; run `make docs`"


def test_there_is_no_page_of_an_environment_that_is_gone() -> None:
    wanted = {f"reachability-{name}.{ending}" for name in ENVIRONMENTS for ending in ("md", "svg")}
    wanted |= {f"airflow-roles-{name}.md" for name in ENVIRONMENTS}
    wanted |= {"long-tests.json", "long-tests.md"}
    wanted |= {path.name for path in permission_pages(ROOT)}
    assert {path.name for path in (ROOT / FOLDER).iterdir()} == wanted


def test_e11_the_page_of_roles_has_every_statement_of_every_component() -> None:
    stacks = CheckedStacks(documents=documents("prod"), intent=intent("prod"))
    text = roles_page("prod", stacks)
    policies = stacks.documents["service"]["resource"]["aws_iam_role_policy"]
    for component in COMPONENTS:
        (section,) = re.findall(rf"^## {component}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        wanted = {
            (role, statement["Sid"])
            for role in ("execution", "task")
            if (body := policies.get(f"airflow_{component}-roles_{role}-policy"))
            for statement in json.loads(body["policy"])["Statement"]
        }
        assert set(re.findall(r"^\| (execution|task) \| (\w+) \|", section, re.MULTILINE)) == wanted
        assert ("execution", "PullImages") in wanted
    assert "| task | SeeOwnService | `ecs:DescribeServices` |" in text
    assert "`<data: airflow.secret_arns.broker-url>`" in text
    assert "${" not in text


def test_e11_where_all_roles_exist_already_there_is_no_page_of_them() -> None:
    role = "arn:aws:iam::123456789012:role/mine"

    def take(data: dict[str, Any]) -> None:
        existing = {"execution_role_arn": role, "task_role_arn": role}
        data["airflow"]["roles"] = dict.fromkeys(COMPONENTS, existing)

    assert roles_page("prod", CheckedStacks(documents=documents_of("prod", take))) == ""


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_page_gives_a_reason_for_every_path_and_the_picture_draws_every_end(name: str) -> None:
    shown = seen(name)
    text, drawn = page(shown), picture(shown)
    assert "no row of the table" not in text.split("## Paths")[1]
    words = "".join(ElementTree.fromstring(drawn).itertext())
    for node in shown.nodes:
        assert node.name in words
        assert re.search(rf"\| {re.escape(node.name)} \|", text)


def test_the_picture_is_the_same_for_the_same_paths_and_another_for_others() -> None:
    assert picture(seen("prod")) == picture(seen("prod", copy.deepcopy(documents("prod"))))
    for mistake in MISTAKES:
        if mistake.guard == "every_path_is_in_the_table":
            changed = copy.deepcopy(documents("prod"))
            mistake.change(changed)
            assert picture(seen("prod", changed)) != picture(seen("prod"))
            assert "**no row of the table allows it**" in page(seen("prod", changed))
