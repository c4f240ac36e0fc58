"""`docs/first-apply.md` is right where no platform is needed; `tests/long/test_first_apply.py` follows all of it."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.project import Project
from tests.docs.first_apply import ENVIRONMENT, PAGE, ROOT, blocks, edited, lines, not_printed

TEXT = PAGE.read_text(encoding="utf-8")


def environment() -> str:
    (edits,) = [block for block in blocks() if block.language == "toml"]
    return edited((ROOT / "environments" / "dev.toml").read_text(encoding="utf-8"), edits.lines)


@pytest.fixture
def windlass(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command on the page's environment file, with another text in place of some of it."""
    from cli.app import main

    (tmp_path / ENVIRONMENT.parent).mkdir()

    def run(*arguments: str, text: str = "") -> tuple[int, str]:
        (tmp_path / ENVIRONMENT).write_text(text or environment(), encoding="utf-8")
        capfd.readouterr()
        code = main(list(arguments), project=Project(root=tmp_path))
        captured = capfd.readouterr()
        return code, captured.out + captured.err

    return run


def test_the_counts_at_the_top_are_right() -> None:
    commands, edits = len(lines("sh", rehearsal=False)), len(lines("toml", rehearsal=False))
    more, settings = len(lines("sh", rehearsal=True)), len(lines("ini", rehearsal=True))
    assert f"{commands} commands, and {edits} edited lines in one file" in TEXT.partition("\n## ")[0]
    assert f"{more} more commands and {settings} lines" in TEXT.partition("\n## ")[0]


def test_every_block_is_one_that_the_test_of_the_page_follows() -> None:
    assert {block.language for block in blocks()} == {"sh", "toml", "ini", "text"}
    assert {word for block in blocks() for word in block.words} <= {"rehearsal", "exit=1"}
    rehearsed = re.findall(r"^\*Rehearsal:\*", TEXT, flags=re.MULTILINE)
    assert len(rehearsed) == len([block for block in blocks() if block.language == "sh" and block.is_rehearsal])


def test_the_edited_file_is_what_the_page_says() -> None:
    read = tomllib.loads(environment())
    assert (read["project"], read["dns"], read["load_balancer"]["https"]) == (
        "acme",
        {"zone_name": "acme.example"},
        True,
    )
    assert read["services"]["web"]["blue"]["image"].endswith("acme-shop/web:1.0.0")
    assert read["airflow"]["dags"]["repositories"]["dags"]["credentials"] == "token"
    before = tomllib.loads((ROOT / "environments" / "dev.toml").read_text(encoding="utf-8"))
    assert read["services"]["web"].keys() - before["services"]["web"].keys() == {"host_names"}
    assert read["network"] == before["network"]


def test_the_file_is_accepted_with_what_the_page_shows(windlass: Callable[..., Any]) -> None:
    code, printed = windlass("check", "shop")
    expected = next(block for block in blocks() if block.language == "text")
    assert (code, list(not_printed(printed, expected.lines))) == (0, []), printed


def test_a_quota_that_is_too_small_is_named_with_what_to_do(windlass: Callable[..., Any]) -> None:
    text = environment().replace(
        "desired_count = 1\nmin_count = 1\nmax_count = 2", "desired_count = 30\nmax_count = 30"
    )
    code, printed = windlass("check", "shop", text=text)
    assert code == 2
    for wanted in (
        "quotas.fargate_spot_vcpus",
        "most of it for services.web",
        "18 or more, once AWS has raised",
        "L-36FBB829",
    ):
        assert wanted in printed


def test_an_image_that_tasks_cannot_reach_is_refused(windlass: Callable[..., Any]) -> None:
    text = environment().replace('egress = "public-ip"', 'egress = "endpoints"')
    text = re.sub(r'green.image = ".*"', 'green.image = "ghcr.io/acme/web:1.0.0"', text)
    code, printed = windlass("check", "shop", text=text)
    assert (code, 'cannot be pulled where network.egress = "endpoints"' in printed) == (2, True), printed


def test_lines_are_compared_as_the_page_means_them() -> None:
    printed = "first   line\nns-1.example is one\nlast"
    assert list(not_printed(printed, ("first line", "ns-….example", "last"))) == []
    assert list(not_printed(printed, ("last", "first line"))) == ["first line"]
    assert list(not_printed(printed, ("ns-2.example",))) == ["ns-2.example"]
