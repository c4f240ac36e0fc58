"""The generated pages are what the code generates today, and say what the JSON says."""

import copy
import re
from xml.etree import ElementTree

import pytest

from guards.rules_network import network_of
from guards.stacks import Stacks
from scripts.docs.pages import FOLDER, pages
from scripts.docs.reachability_page import page
from scripts.docs.reachability_picture import picture
from scripts.docs.reachability_view import View, view
from tests.guards.mistakes_network import MISTAKES
from tests.support.documents import ENVIRONMENTS, ROOT, Documents, documents, intent


def seen(name: str, all_documents: Documents | None = None) -> View:
    stacks = Stacks(documents=all_documents or documents(name), intent=intent(name))
    return view(name, *network_of(stacks))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_pages_are_current(name: str) -> None:
    wanted = pages(name, Stacks(documents=documents(name), intent=intent(name)))
    for path, text in wanted.items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is old; run `make docs`"


def test_there_is_no_page_of_an_environment_that_is_gone() -> None:
    wanted = {f"reachability-{name}.{ending}" for name in ENVIRONMENTS for ending in ("md", "svg")}
    assert {path.name for path in (ROOT / FOLDER).glob("reachability-*")} == wanted


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
        if mistake.guard == "no_path_but_those_of_the_table":
            changed = copy.deepcopy(documents("prod"))
            mistake.change(changed)
            assert picture(seen("prod", changed)) != picture(seen("prod"))
            assert "**no row of the table allows it**" in page(seen("prod", changed))
