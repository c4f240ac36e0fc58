"""Checkov in a separate virtual environment, because its dependencies conflict with the project's."""

import json
import os
import subprocess
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.support.environment import environment_of

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
ACCEPTED = Path(__file__).parent / "accepted.toml"


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A line of the list of failed checks that we live with."""

    check: str
    """Its id, or a pattern of ids."""
    resource: str
    """Pattern of Terraform addresses, as shells write them. Where checkov leaves out the type, the name counts."""
    reason: str

    def covers(self, failed: tuple[str, str]) -> bool:
        """Whether a failed check is meant: its id, and the resource's address."""
        check, resource = failed
        pattern = self.resource if "." in resource else self.resource.rpartition(".")[2]
        return fnmatchcase(check, self.check) and fnmatchcase(resource, pattern)


def accepted() -> list[Accepted]:
    """The list, in its order."""
    return [Accepted(**line) for line in tomllib.loads(ACCEPTED.read_text(encoding="utf-8"))["accepted"]]


def failed_checks(framework: str, file: Path) -> tuple[set[tuple[str, str]], int]:
    """Scan one file, offline.

    Args:
        framework: `terraform_json` for what synth writes, `terraform_plan` for `terraform show -json`.
        file: what to scan.

    Returns:
        The failed checks with the addresses that they are about, and the number of checks that passed.
    """
    # Network requests go to a closed port.
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [
            str(environment_of("checkov", REQUIREMENTS) / "bin" / "checkov"),
            *("--file", str(file), "--framework", framework, "--output", "json"),
            *("--skip-download", "--compact", "--quiet", "--soft-fail"),
        ],
        cwd=file.parent,
        env={**os.environ, **nowhere, "BC_SKIP_MAPPING": "TRUE"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["summary"]["parsing_errors"] == 0, done.stderr
    failed = {(one["check_id"], _address(one["resource"])) for one in report["results"]["failed_checks"]}
    return failed, report["summary"]["passed"]


def _address(resource: str) -> str:
    """Without the prefix that checkov adds to resources that it has split."""
    return resource.removeprefix("resource.")
