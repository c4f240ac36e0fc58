"""`docs/first-apply.md` is followed literally, as a rehearsal: every command is run, and every edit made."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.first_apply import ENVIRONMENT, SETTINGS, blocks, edited, not_printed
from tests.release.registry.images import Image, tar_of
from tests.support.platform import APPLY_TIMEOUT_SECONDS, copy_project, free_port

pytestmark = pytest.mark.slow
"""Not `platform`: it applies its own, which it begins empty."""

TOKEN = "ghp-of-the-rehearsal"


class Person:
    """Somebody with a clone, who does what the page says.

    Args:
        clone: its folder.
    """

    def __init__(self, clone: Path) -> None:
        self.clone = clone
        self.variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("WINDLASS_", "AWS_"))
        }
        self.printed: list[str] = []

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        before = time.monotonic()
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.clone,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=APPLY_TIMEOUT_SECONDS,
        )
        self.printed.append(done.stdout)
        with (self.clone.parent / "commands.log").open("a", encoding="utf-8") as log:
            log.write(f"{time.monotonic() - before:6.1f} s, exit {done.returncode}: {command}\n{done.stdout}\n")
        return done

    def write_settings(self, lines: tuple[str, ...]) -> None:
        """As the page says, but on ports that are free, since other platforms may run here."""
        settings = dict(line.split("=", 1) for line in lines)
        for name, value in settings.items():
            settings[name] = value.removesuffix(value.rpartition(":")[2]) + str(free_port())
        settings["WINDLASS_DATABASE__PORT"] = str(free_port())
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        (self.clone / SETTINGS).write_text(text, encoding="utf-8")


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    clone = tmp_path / "clone"
    copy_project(clone)
    (clone / "web.tar").write_bytes(tar_of(Image.of("amd64", "arm64").layout()))
    (clone / "token.txt").write_text(TOKEN)
    person = Person(clone)
    try:
        yield person
    finally:
        person.run("./windlass local reset --yes --environment shop")


def test_the_page_leads_from_an_empty_account_to_a_service_that_was_switched(person: Person) -> None:
    output = ""
    for block in blocks():
        match block.language:
            case "toml":
                file = person.clone / ENVIRONMENT
                file.write_text(edited(file.read_text(encoding="utf-8"), block.lines), encoding="utf-8")
            case "ini":
                person.write_settings(block.lines)
            case "text":
                assert list(not_printed(output, block.lines)) == [], output
            case "sh":
                output = ""
                for command in block.lines:
                    done = person.run(command)
                    assert done.returncode == block.exit_code, f"{command}\n{done.stdout}"
                    output += done.stdout
    assert not [text for text in person.printed if TOKEN in text], "no value of a secret is printed"
    assert not [text for text in person.printed if "is not saved" in text], "a crash would lose the rehearsal"
