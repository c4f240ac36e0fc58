import json
import stat
from pathlib import Path

from cli.running.stack import Stack
from tests.cli.fake_project import FakeProject
from tests.cli.fake_terraform import LOCKED, error, planned, summary

APPLIED = {"when": ["state", "pull"], "lines": [{"resources": [{"mode": "managed", "instances": [{}]}]}]}
CHANGED = {"when": ["plan"], "code": 2, "lines": [planned("aws_vpc.main", "create"), summary(add=1)]}


def changed(layer: str) -> dict:
    return {**CHANGED, "when": ["plan", f"dev-{layer}-"]}


def test_plan_of_an_unchanged_environment_says_so_and_ends_with_0(windlass, terraform):
    ended = windlass("plan", "dev", "--detailed-exitcode")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "network: no changes",
        "data: no changes",
        "service: no changes",
        "dev: nothing to change.",
    ]


def test_a_change_in_any_layer_ends_with_2_where_asked(windlass, terraform):
    terraform.follow(changed("data"), APPLIED)
    assert windlass("plan", "dev", "--detailed-exitcode").code == 2
    assert windlass("plan", "dev").code == 0


def test_a_change_in_a_layer_that_was_not_asked_for_does_not_count(windlass, terraform):
    terraform.follow(changed("data"), APPLIED)
    assert windlass("plan", "dev", "--layer", "network", "--detailed-exitcode").code == 0


def test_an_error_wins_over_changes(windlass, terraform):
    failing = {"when": ["plan", "dev-service-"], "code": 1, "lines": [error("No such thing", "Look.", "aws_vpc.x")]}
    terraform.follow(changed("network"), failing, APPLIED)
    ended = windlass("plan", "dev", "--detailed-exitcode")
    assert ended.code == 1
    assert "terraform plan failed on service." in ended.err
    assert "Error: No such thing\n  with aws_vpc.x\nLook." in ended.err
    assert "Traceback" not in ended.err


def test_an_error_names_the_log_that_holds_the_whole_output(windlass, terraform):
    terraform.follow({"when": ["plan"], "code": 1, "lines": ["panic: everything", error("It failed")]})
    ended = windlass("plan", "dev")
    log = Path(ended.err.split("whole output: ")[1].strip())
    assert "panic: everything" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_layers_below_one_that_was_never_applied_wait_for_it(windlass, terraform):
    terraform.follow(changed("network"))
    ended = windlass("plan", "dev", "--detailed-exitcode")
    assert ended.code == 2
    assert "data: can be planned when network is applied" in ended.out
    assert not terraform.calls("plan", "dev-data-")


def test_a_layer_waits_for_outputs_that_are_not_published_yet(windlass, terraform, monkeypatch):
    document = Stack.document
    reads = "${data.terraform_remote_state.network.outputs.groups.shop}"
    monkeypatch.setattr(Stack, "document", lambda stack: document(stack) | {"output": {"group": {"value": reads}}})
    state = {"resources": [{"mode": "managed", "instances": [{}]}], "outputs": {"groups": {"value": {"web": "sg-1"}}}}
    terraform.follow(changed("network"), {"when": ["state", "pull"], "lines": [state]})
    ended = windlass("plan", "dev", "--detailed-exitcode")
    assert ended.code == 2
    assert "service: can be planned when network is applied: network will publish groups.shop" in ended.out
    assert not terraform.calls("plan", "dev-service-")
    state["outputs"]["groups"]["value"]["shop"] = "sg-2"
    terraform.follow(changed("network"), {"when": ["state", "pull"], "lines": [state]})
    windlass("plan", "dev")
    assert terraform.calls("plan", "dev-service-")


def test_changes_are_listed_with_what_is_destroyed_last(windlass, terraform):
    events = [planned("aws_a.gone", "delete"), planned("aws_b.new", "create"), planned("aws_c.other", "update")]
    terraform.follow({"when": ["plan"], "code": 2, "lines": [*events, summary(add=1, change=1, remove=1)]}, APPLIED)
    ended = windlass("plan", "dev", "--layer", "service")
    assert ended.out.splitlines() == [
        "service: 1 to add, 1 to change, 1 to destroy",
        "  + aws_b.new",
        "  ~ aws_c.other",
        "  - aws_a.gone",
    ]


def test_json_lists_what_would_change(windlass, terraform):
    terraform.follow(changed("network"))
    result = json.loads(windlass("plan", "dev", "--json").out)
    assert result["network"]["changes"] == {"aws_vpc.main": "create"}
    assert result["network"]["summary"]["add"] == 1
    assert result["data"]["waits_for"] == "network"


def test_a_locked_state_is_explained_with_who_holds_it(windlass, terraform):
    terraform.follow({"when": ["plan"], "code": 1, "lines": [LOCKED]})
    ended = windlass("plan", "dev")
    assert ended.code == 1
    for expected in (
        "The state of network is locked by another run, so nothing was changed.",
        "held by:    ada@laptop",
        "operation:  apply",
        "since:      2026-11-21 02:32:49 UTC\n",
        "lock ID:    2b6940cc-dd73-77cf-857b-f6cd4de90864",
        "terraform force-unlock 2b6940cc-dd73-77cf-857b-f6cd4de90864",
        'LockID = "the-bucket/local/network.tfstate" in the DynamoDB table locks',
        "Terraform's whole output: ",
    ):
        assert expected in ended.err
    for repeated in ("ConditionalCheckFailedException", "Error acquiring", "Lock Info", "acquires a state lock"):
        assert repeated not in ended.err
    log = Path(ended.err.split("Terraform's whole output: ")[1].strip())
    assert "ConditionalCheckFailedException" in log.read_text()


def test_a_lock_that_nobody_holds_is_terraforms_own_error(windlass, terraform):
    missing = error("Error acquiring the state lock", "Error message: ResourceNotFoundException: no such table")
    terraform.follow({"when": ["plan"], "code": 1, "lines": [missing]})
    ended = windlass("plan", "dev")
    assert "ResourceNotFoundException: no such table" in ended.err
    assert "locked by another run" not in ended.err


def test_the_wait_for_a_lock_is_passed_on(windlass, terraform):
    windlass("plan", "dev", "--layer", "network", "--lock-timeout", "10m")
    assert "-lock-timeout=600s" in terraform.calls("plan")[0]["arguments"]
    refused = windlass("plan", "dev", "--lock-timeout", "soon")
    assert (refused.code, "write 90s, 5m or 1h" in refused.err) == (2, True)


def test_plan_files_are_gone_afterwards(windlass, terraform, project: FakeProject):
    windlass("plan", "dev")
    assert terraform.calls("plan", "-out=")
    assert list((project.workspace.work_folder / "plans").iterdir()) == []
    assert stat.S_IMODE((project.workspace.work_folder / "plans").stat().st_mode) == 0o700


def test_init_runs_once_for_each_stack_until_its_backend_changes(windlass, terraform, project: FakeProject):
    windlass("plan", "dev")
    windlass("plan", "dev")
    assert len(terraform.calls("init")) == 3


def test_a_locked_provider_is_shared_between_stacks(windlass, terraform, project: FakeProject):
    terraform.follow({"when": ["init"], "writes": {".terraform.lock.hcl": "checksums"}})
    windlass("plan", "dev", "--layer", "network")
    terraform.follow()
    windlass("plan", "dev", "--layer", "data")
    other = project.synthesis.folder(project.environments.load("dev"), "data")
    assert (other / ".terraform.lock.hcl").read_text() == "checksums"


def test_everything_is_plain_text_where_there_is_no_terminal(windlass, terraform):
    terraform.follow(changed("network"))
    ended = windlass("plan", "dev")
    assert "\x1b" not in ended.out + ended.err


def test_a_plan_without_a_lock_writes_nothing(windlass, terraform):
    assert windlass("plan", "dev", "--no-lock").code == 0
    assert len(terraform.calls("plan", "-lock=false")) == len(terraform.calls("plan")) == 3
    windlass("plan", "dev")
    assert len(terraform.calls("plan", "-lock=false")) == 3
