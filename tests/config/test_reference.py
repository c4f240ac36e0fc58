"""The reference of the environment file: what its page says of each key."""

import re

import pytest

from scripts.docs.environment_page import environment_page
from scripts.docs.pages import reference
from tests.config.test_schema import DOCUMENT, properties
from tests.support.documents import ROOT


def test_the_reference_is_current() -> None:
    for path, text in reference().items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is old; run `make docs`"


def test_the_reference_has_every_key_and_its_links_lead_to_headings() -> None:
    page = next(text for path, text in reference().items() if path.suffix == ".md")
    for name, _, key, _ in properties():
        assert re.search(rf"^\| (\[`{key}`\]\(#[^)]+\)|`{key}`) \|", page, re.MULTILINE), (name, key)
    headings = [line[3:] for line in page.splitlines() if line.startswith("## ")]
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


def row(heading: str, key: str) -> list[str]:
    """The cells of a key on the page: key, meaning, allowed, default."""
    page = environment_page(DOCUMENT)
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (line,) = (line for line in section.splitlines() if line.startswith((f"| `{key}` |", f"| [`{key}`](")))
    return line.removeprefix("| ").removesuffix(" |").split(" | ")


@pytest.mark.parametrize(
    ("heading", "key", "default"),
    [
        ("Top level", "project", "required"),
        ("Top level", "delivery", "off"),
        ("Top level", "cluster", "the defaults of its keys"),
        ("`[network]`", "cidr", "required unless `[network.existing]` is used"),
        ("`[network]`", "nat_gateway_zone", 'required with `egress = "single-nat-gateway"`'),
        ("`[airflow]`", "execute_command", "as `cluster.execute_command`"),
        ("`[airflow.workers.<name>]`", "backlog_per_task", "as `concurrency`"),
        ("`[load_balancer]`", "allowed_cidrs", '`["0.0.0.0/0"]`'),
        ("`[services.<name>]`", "host_names", "any host name"),
    ],
)
def test_the_page_says_what_leaving_a_key_out_means(heading: str, key: str, default: str) -> None:
    _, meaning, _, shown = row(heading, key)
    assert shown == default
    assert "Default: " not in meaning and "Required " not in meaning


def test_the_page_says_what_is_allowed_with_an_example_of_the_key() -> None:
    _, _, project, _ = row("Top level", "project")
    assert project.startswith("lower-case letters, digits and single hyphens")
    assert project.endswith('at most 16 characters, such as `"shop"`')
    _, _, tags, _ = row("Top level", "tags")
    assert tags.endswith('such as `{ CostCenter = "4711" }`')
    _, _, command, _ = row("`[services.<name>]`", "migration_command")
    assert command.endswith('such as `["python", "-m", "web.migrate"]`')


def test_the_page_links_lessons_runbooks_decisions_and_sizes() -> None:
    page = environment_page(DOCUMENT)
    prose = re.sub(r"`[^`]*`", "", page.partition("## Tables")[2])
    assert "[E03](../lessons.md)" in prose
    assert re.findall(r"(?<!\[)\b[ABDEINPS]\d\d\b", prose) == []
    assert "[rotate-secrets](../runbooks/rotate-secrets.md)" in prose
    assert "[decision 0008](../decisions/0008-airflow-metrics-on-stdout.md)" in prose
    assert "[Fargate sizes](#fargate-sizes)" in prose
    assert re.findall(r"docs/(?!generated)", prose) == []


def test_a_choice_that_is_explained_has_its_own_line() -> None:
    _, egress, allowed, _ = row("`[network]`", "egress")
    assert re.findall("<br>(`[^`]+`): ", egress) == [
        f"`{name.strip('`').strip(chr(34))}`" for name in allowed.split(", ")
    ]


def test_the_keys_of_every_strategy_come_before_those_of_each() -> None:
    page = environment_page(DOCUMENT)
    headings = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## `[services.")]
    assert headings[:2] == ["`[services.<name>]`", '`[services.<name>]` with `strategy = "blue-green"`']
    assert headings[-1] == "`[services.<name>.secrets.<name>]`"
    assert "Keys of every `strategy`. Each `strategy` adds its own, below." in page
