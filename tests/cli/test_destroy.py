"""Nothing is destroyed by accident: the environment's name is typed, or an option says that it is meant."""

import io
import json

import pytest

from cli.running.protection import KEYS
from tests.cli.fake_project import stack_document
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.test_apply import APPLIED, HOLDS_SOMETHING, PLANNED, layers_of
from tests.cli.test_local import local
from tests.support.documents import documents

__all__ = ["local"]


class Keyboard(io.StringIO):
    """Somebody types in a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def applied(terraform: FakeTerraform) -> FakeTerraform:
    """Every layer has a resource."""
    terraform.follow(PLANNED, APPLIED, HOLDS_SOMETHING)
    return terraform


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_typed_name_destroys(windlass, applied, monkeypatch, name):
    monkeypatch.setattr("sys.stdin", Keyboard(f"{name}\n"))
    ended = windlass("destroy", name)
    assert ended.code == 0
    assert f"This destroys service (1 resource), data (1 resource), network (1 resource) of {name}" in ended.err
    assert layers_of(applied.calls("apply")) == ["service", "data", "network"]


@pytest.mark.parametrize("typed", ["y", "yes", "prod", ""])
def test_anything_else_destroys_nothing(windlass, applied, monkeypatch, typed):
    monkeypatch.setattr("sys.stdin", Keyboard(f"{typed}\n"))
    ended = windlass("destroy", "dev")
    assert ended.code != 0
    assert not applied.calls("apply")


def test_the_prompt_says_that_production_is_meant(windlass, applied, monkeypatch):
    monkeypatch.setattr("sys.stdin", Keyboard("no\n"))
    assert "of prod (production). It cannot be undone." in windlass("destroy", "prod").err


def test_one_layer_is_named_in_the_prompt(windlass, applied, monkeypatch):
    monkeypatch.setattr("sys.stdin", Keyboard("dev\n"))
    assert "This destroys service (1 resource) of dev." in windlass("destroy", "dev", "--layer", "service").err


def test_where_nothing_was_applied_nobody_is_asked(windlass, terraform, monkeypatch):
    monkeypatch.setattr("sys.stdin", Keyboard(""))
    terraform.follow({"when": ["state", "pull"], "lines": [{"resources": []}]})
    assert windlass("destroy", "dev").code == 0


def test_without_a_terminal_an_option_is_needed(windlass, applied):
    ended = windlass("destroy", "dev")
    assert (ended.code, "Add --yes or --confirm dev" in ended.err) == (2, True)
    assert not applied.calls("plan")
    assert windlass("destroy", "dev", "--yes").code == 0


@pytest.mark.parametrize("command", [("destroy", "prod"), ("bootstrap", "prod", "--destroy")])
def test_yes_alone_never_destroys_production(windlass, applied, command):
    ended = windlass(*command, "--yes")
    assert ended.code == 2
    assert "add --confirm prod" in ended.err
    assert not applied.calls("plan")


def test_the_name_as_an_option_destroys_production(windlass, applied):
    assert windlass("destroy", "prod", "--confirm", "production").code == 2
    assert not applied.calls("apply")
    assert windlass("destroy", "prod", "--confirm", "prod").code == 0


@pytest.mark.parametrize("options", [(), ("--destroy",), ("--yes",)])
def test_a_wrong_name_as_an_option_stops_a_bootstrap(windlass, applied, options):
    ended = windlass("bootstrap", "prod", "--confirm", "dev", *options)
    assert (ended.code, "--confirm says 'dev', but the environment is 'prod'" in ended.err) == (2, True)
    assert not applied.calls("plan")


def test_the_bootstrap_needs_the_name_too(windlass, applied, project, monkeypatch):
    monkeypatch.setattr("sys.stdin", Keyboard("no\n"))
    ended = windlass("bootstrap", "dev", "--destroy")
    assert ended.code == 1
    assert "This destroys the bucket and the lock table of the state of dev." in ended.err
    assert json.dumps(applied.calls("apply")) == "[]"


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("clean", "the platform, the databases, the saved copies and the DAG repositories of local"),
        ("reset", "the applied platform and the databases of local"),
    ],
)
def test_what_a_local_command_deletes_is_named_before(windlass, local, monkeypatch, command, what):
    monkeypatch.setattr("sys.stdin", Keyboard("no\n"))
    assert windlass("local", command, on=local).err.startswith(f"This destroys {what}. It cannot be undone.\n")


@pytest.mark.parametrize("others", [True, False])
def test_d06_the_key_of_snapshots_stays_and_everything_else_goes(windlass, terraform, monkeypatch, others):
    key = {"aws_kms_key": {"key_key": {"lifecycle": {"prevent_destroy": True}}}}

    def document(layer: str) -> dict:
        return {**stack_document(layer), **({"resource": key} if layer == "network" else {})}

    monkeypatch.setattr("tests.cli.fake_project.stack_document", document)
    kinds = [("aws_kms_key", "key_key"), *([("aws_vpc", "vpc")] if others else [])]
    resources = [{"mode": "managed", "type": kind, "name": name, "instances": [{}]} for kind, name in kinds]
    terraform.follow(PLANNED, APPLIED, {"when": ["state", "pull"], "lines": [{"resources": resources}]})
    ended = windlass("destroy", "prod", "--confirm", "prod")
    assert ended.code == 0, ended.err
    plans = [call["arguments"] for call in terraform.calls("plan") if "network" in call["folder"]]
    targets = [[word for word in arguments if "-target" in word] for arguments in plans]
    assert targets == ([["-target=aws_vpc.vpc"]] if others else [])
    (forgotten,) = terraform.calls("state", "rm")
    assert "network" in forgotten["folder"] and forgotten["arguments"][-1] == "aws_kms_key.key_key"
    assert "network: aws_kms_key.key_key stays in the account" in ended.err


def protected(*resources: tuple[str, str, str]) -> dict:
    """A state in which something protects itself: type, name and the attribute that says so."""
    instances = [
        {"mode": "managed", "type": kind, "name": name, "instances": [{"attributes": {attribute: True}}]}
        for kind, name, attribute in resources
    ]
    return {"when": ["state", "pull"], "lines": [{"resources": instances}]}


@pytest.mark.parametrize(("name", "kind"), [("dev", ""), ("prod", 'kind = "staging" and ')])
def test_what_aws_protects_is_named_before_anything_is_destroyed(windlass, terraform, name, kind):
    terraform.follow(PLANNED, APPLIED, protected(("aws_lb", "balancer", "enable_deletion_protection")))
    ended = windlass("destroy", name, "--confirm", name)
    assert ended.code == 1
    assert "service: aws_lb.balancer  (load_balancer.deletion_protection)" in ended.err
    assert f"Set {kind}load_balancer.deletion_protection = false in environments/{name}.toml" in ended.err
    assert not terraform.calls("plan")


def test_a_layer_without_protection_may_go_alone(windlass, terraform):
    terraform.follow(PLANNED, APPLIED, protected(("aws_db_instance", "instance", "multi_az")))
    assert windlass("destroy", "dev", "--layer", "service", "--yes").code == 0


def test_every_protection_of_production_has_a_key_that_the_message_names():
    """A kind of resource that protects itself, and that `refuse_protected` does not know, is half destroyed first."""
    protected_kinds = {
        (kind, attribute)
        for layer, document in documents("prod").items()
        if layer != "bootstrap"  # `bootstrap --destroy` takes its own off
        for kind, bodies in document.get("resource", {}).items()
        for body in bodies.values()
        for attribute, value in body.items()
        if "deletion_protection" in attribute and value is True
    }
    assert protected_kinds == set(KEYS)
