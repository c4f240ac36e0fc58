"""The strategy of a service decides which keys it has; what belongs to another strategy is said to."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from config import load
from config.fields import known_keys, owners, wants_text
from config.services import BlueGreenService, CodeDeployService, RollingService
from tests.config.test_environment_files import Change, changed, mistakes, project, put

__all__ = ["project"]

IMAGE = "public.ecr.aws/team/web:1.4.2"
OFFICE = {"allowed_cidrs": ["203.0.113.0/24"]}


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINDLASS_SERVICES__WEB__STRATEGY", raising=False)


def strategy(name: str, *changes: Change, **keys: Any) -> Change:
    """The service `web` of prod with another strategy, and with what that strategy needs."""
    own: dict[str, dict[str, Any]] = {
        "rolling": {"image": IMAGE},
        "codedeploy": {"image": IMAGE, "test_listener": copy.deepcopy(OFFICE)},
    }

    def change(data: dict[str, Any]) -> None:
        web = data["services"]["web"]
        for colour in ("blue", "green"):
            del web[colour]
        web |= {"strategy": name, **own[name], **keys}
        for further in changes:
            further(data)

    return change


def both(*changes: Change) -> Change:
    def change(data: dict[str, Any]) -> None:
        for one in changes:
            one(data)

    return change


def test_a_service_that_names_no_strategy_is_blue_green(project: Path) -> None:
    assert "strategy" not in tomllib.loads((project / "environments" / "prod.toml").read_text())["services"]["web"]
    service = load("prod", project).services["web"]
    assert isinstance(service, BlueGreenService)
    assert service.strategy == "blue-green"


def test_blue_green_may_be_named_too(project: Path) -> None:
    service = load("prod", changed(project, "prod", put("services/web/strategy", "blue-green"))).services["web"]
    assert isinstance(service, BlueGreenService)


def test_a_rolling_service_has_one_image(project: Path) -> None:
    service = load("prod", changed(project, "prod", strategy("rolling"))).services["web"]
    assert isinstance(service, RollingService)
    assert service.image == IMAGE


def test_a_codedeploy_service_shifts_a_tenth_first_and_keeps_the_old_tasks_for_an_hour(project: Path) -> None:
    service = load("prod", changed(project, "prod", strategy("codedeploy"))).services["web"]
    assert isinstance(service, CodeDeployService)
    assert service.deployment_config == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    assert service.termination_wait_minutes == 60
    assert (service.test_listener.port, service.test_listener.allowed_cidrs) == (8443, ("203.0.113.0/24",))


def test_an_environment_variable_reaches_a_key_of_any_strategy(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_SERVICES__WEB__TERMINATION_WAIT_MINUTES", "5")
    monkeypatch.setenv("WINDLASS_SERVICES__WEB__IMAGE", "public.ecr.aws/team/web:2")
    service = load("prod", changed(project, "prod", strategy("codedeploy"))).services["web"]
    assert isinstance(service, CodeDeployService)
    assert (service.termination_wait_minutes, service.image) == (5, "public.ecr.aws/team/web:2")


def test_a_key_of_another_strategy_says_what_this_one_has(project: Path) -> None:
    messages = mistakes(changed(project, "prod", strategy("rolling", blue={"image": IMAGE})), "prod")
    allowed = messages["services.web.blue"].partition("allowed here: ")[2].split(", ")
    assert "image" in allowed
    assert {"blue", "green", "test_listener"} & set(allowed) == set()


def test_a_key_of_another_backend_is_refused_the_same_way(project: Path) -> None:
    messages = mistakes(changed(project, "staging", put("state/dynamodb_table", "locks")), "staging")
    assert 'is a key of backend = "s3"' in messages["state.dynamodb_table"]


def test_mistakes_of_services_with_different_strategies_are_reported_together(project: Path) -> None:
    def more(data: dict[str, Any]) -> None:
        common = {"min_count": 9, "max_count": 3, "priority": 70}
        data["services"]["api"] = {**common, "strategy": "rolling", "image": "web"}
        data["services"]["shop"] = {**common, "strategy": "codedeploy", "image": IMAGE, "test_listener": {}}

    messages = mistakes(changed(project, "prod", both(put("services/web/memory_mib", 1500), more)), "prod")
    assert set(messages) == {
        "services.web.memory_mib",
        "services.api.image",
        "services.api.min_count",
        "services.shop.min_count",
        "services.shop.priority",
        "services.shop.test_listener.allowed_cidrs",
    }


def test_two_test_listeners_need_two_ports(project: Path) -> None:
    def another(data: dict[str, Any]) -> None:
        data["services"]["shop"] = {**data["services"]["web"], "priority": 7}

    messages = mistakes(changed(project, "prod", strategy("codedeploy", another)), "prod")
    assert "already used by services.web" in messages["services.shop.test_listener.port"]


@pytest.mark.parametrize(
    ("path", "text"),
    [("services/web/image", True), ("services/web/strategy", True), ("services/web/termination_wait_minutes", False)],
)
def test_variables_know_what_type_a_key_of_any_strategy_has(path: str, text: bool) -> None:
    assert wants_text(tuple(path.split("/"))) is text


def test_the_keys_of_a_table_are_those_of_its_strategy() -> None:
    path = ("services", "web")
    assert "blue" in known_keys(path, {})
    assert "blue" not in known_keys(path, {"strategy": "rolling"})
    assert {"blue", "image"} <= set(known_keys(path, {"strategy": "nonsense"}))
    assert owners((*path, "termination_wait_minutes")) == ("strategy", ["codedeploy"])
    assert owners((*path, "nonsense")) is None
