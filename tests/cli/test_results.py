"""Results go to standard output, with `--quiet` too, and everything else to standard error."""

import pytest

from cli.project import Project
from cli.session import Session
from tests.cli.fake_project import environment
from tests.cli.test_help import commands
from tests.cli.test_local import local
from tests.cli.test_local_saves import aws
from tests.support.documents import ROOT

__all__ = ["aws", "local"]

OF_REAL_FILES = {
    "check dev": "dev: the configuration is valid",
    "cost dev": "total",
    "schema": '"$schema"',
    "completion bash": "_windlass_completion",
}
OF_DEV = {
    "bootstrap dev --yes": "dev: nothing to change.",
    "synth dev": "cdktf.out/stacks/dev-network",
    "validate dev": "network: valid",
    "plan dev": "dev: nothing to change.",
    "apply dev --yes": "dev: nothing to change.",
    "destroy dev --yes": "dev: nothing to destroy.",
    "status dev": "dev: account 123456789012",
    "output dev": "layer",
}
OF_LOCAL = {
    "doctor": "check",
    "local apply": "everything is up",
    "local apply --bare": "its containers do not run",
    "local clean --yes": "local: nothing of it is left",
    "local delegate windlass.localhost": "windlass.localhost is delegated to ns-1.awsdns-00.com.",
    "local down": "Stopped",
    "local load": "No platform is saved",
    "local reset --yes": "local: nothing is applied any more",
    "local save one": "Saved as one",
    "local status": "embedded AWS",
    "local trust --remove": "Nothing to remove",
    "local up": "the embedded AWS runs at http://127.0.0.1:5999",
    "local up --bare": "no containers were started",
}
ELSEWHERE = {
    "airflow": "tests/release/test_airflow_command.py",
    "deploy": "tests/release/test_commands.py",
    "local": "a group",
    "local airflow-password": "prints one word",
    "local image": "tests/cli/test_local_images.py",
    "push": "tests/cli/test_push.py",
    "secrets": "tests/cli/test_secrets.py",
    "migrate": "tests/release/test_commands_single_services.py",
    "switch": "tests/release/test_commands.py",
}


@pytest.mark.parametrize(("line", "wanted"), OF_REAL_FILES.items(), ids=list(OF_REAL_FILES))
def test_quiet_leaves_the_result_of_a_command_that_reads_files(windlass, line: str, wanted: str) -> None:
    ended = windlass(*line.split(), "--quiet", on=Project(root=ROOT))
    assert (ended.code, wanted in ended.out, ended.err) == (0, True, ""), ended


@pytest.mark.parametrize(("line", "wanted"), OF_DEV.items(), ids=list(OF_DEV))
def test_quiet_leaves_the_result_of_a_command_on_an_environment(windlass, terraform, local, line, wanted) -> None:
    local.known["dev"] = environment("dev")
    terraform.follow({"when": ["validate"], "lines": [{"diagnostics": []}]})
    ended = windlass(*line.split(), "--quiet", on=local)
    assert (ended.code, wanted in ended.out, ended.err) == (0, True, ""), ended


@pytest.mark.parametrize(("line", "wanted"), OF_LOCAL.items(), ids=list(OF_LOCAL))
def test_quiet_leaves_the_result_of_a_local_command(windlass, terraform, local, aws, monkeypatch, line, wanted) -> None:
    local.containers.running = True
    monkeypatch.setattr(Session, "is_applied", lambda _: True)
    ended = windlass(*line.split(), "--quiet", on=local)
    assert wanted in ended.out, ended
    assert ended.err == "" or line == "doctor", "advice about this machine is a warning"


def test_every_command_is_here() -> None:
    here = {" ".join(word for word in line.split() if word in WORDS) for line in (*OF_REAL_FILES, *OF_DEV, *OF_LOCAL)}
    assert here | set(ELSEWHERE) == {" ".join(path) for path, _ in commands()}


WORDS = {word for path, _ in commands() for word in path}
