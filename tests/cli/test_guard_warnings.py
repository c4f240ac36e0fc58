"""A warning of a guard fails `check`, `synth` and `main.py` until it is fixed or waived; plans print it and go on."""

from dataclasses import replace
from pathlib import Path

import pytest

import main
from cli.app import main as windlass
from cli.errors import CommandError
from cli.synthesis import Synthesis
from guards import Verdict, Violation, Waiver
from tests.cli.fake_project import environment
from tests.support.documents import documents, intent
from workspace import Workspace

GROUP = {"aws_security_group": {"left_over": {"name": "left-over"}}}
WARNING = Violation(
    severity="warning",
    lesson="N04",
    address="network: aws_security_group.left_over",
    message="nobody carries this security group",
    fix="give it to somebody",
    guard="security_groups_are_used",
)


def warn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the guards find one thing to warn of."""
    monkeypatch.setattr("layers.synthesis.run_guards", lambda *_: Verdict(warnings=(WARNING,)))
    monkeypatch.setattr("layers.guard_intent.run_guards", lambda *_: Verdict(warnings=(WARNING,)))
    monkeypatch.setattr("layers.synthesis.terraform_json", lambda _: documents("dev"))


@pytest.mark.parametrize(("options", "code"), [([], 1), (["--allow-warnings"], 0)])
def test_main_fails_because_of_a_warning_and_writes_the_stacks(
    options: list[str],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    warn(monkeypatch)
    monkeypatch.setenv("WINDLASS_ENVIRONMENT", "dev")
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    assert main.main(options) == code
    printed = capsys.readouterr().err
    assert "nobody carries this security group" in printed
    assert ("waive it with a reason" in printed) == (code == 1)
    assert (tmp_path / "stacks" / "dev-network" / "cdk.tf.json").exists()


def test_check_fails_because_of_a_warning(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    warn(monkeypatch)
    assert windlass(["check", "dev"]) == 1
    assert "nobody carries this security group" in capsys.readouterr().err


def test_a_waived_warning_fails_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stacks = documents("dev")
    network = {**stacks["network"], "resource": dict(stacks["network"]["resource"])}
    groups = {**network["resource"]["aws_security_group"], **GROUP["aws_security_group"]}
    network["resource"]["aws_security_group"] = groups
    waiver = Waiver(guard=WARNING.guard, address=WARNING.address, reason="it is used from next week on")
    monkeypatch.setattr("layers.synthesis.terraform_json", lambda _: {**stacks, "network": network})
    assert windlass(["check", "dev"]) == 1
    monkeypatch.setattr("layers.guard_intent.intent_of", lambda _: replace(intent("dev"), waivers=(waiver,)))
    assert windlass(["check", "dev"]) == 0
    assert "it is used from next week on" in capsys.readouterr().out


def test_a_plan_goes_on_in_spite_of_a_warning_and_a_synth_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = "import sys; print('a warning', file=sys.stderr); sys.exit('--allow-warnings' not in sys.argv)"
    (tmp_path / "main.py").write_text(program)
    synthesis = Synthesis(workspace=Workspace(root=tmp_path, windlass_folder=tmp_path))
    assert set(synthesis.write(environment("dev"))) >= {"network"}
    assert capsys.readouterr().err == "a warning\n"
    with pytest.raises(CommandError, match="a warning") as failed:
        synthesis.write(environment("dev"), allow_warnings=False)
    assert failed.value.exit_code == 1
