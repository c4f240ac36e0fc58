"""What an environment needs of the account's quotas."""

import re

import pytest

from aws.quotas import QUOTAS
from config import load
from config.docstrings import field_docstrings
from config.needs import Need, needs_of
from config.notices import notices
from config.quotas import Quotas
from tests.config.test_notices import EARLY
from tests.support.documents import ENVIRONMENTS, ROOT


def need(name: str, quota: str) -> Need:
    (one,) = [each for each in needs_of(load(name, ROOT)) if each.quota == quota]
    return one


def test_a_deployment_runs_old_and_new_tasks_and_airflow_is_deployed_as_a_whole() -> None:
    vcpus = need("prod", "fargate_vcpus")
    web, airflow = 3 * 0.5, 2 * 1 + 2 * 2 + 2 * 2 + 2 * 1 + 2 * 2
    assert vcpus.at_rest == web + airflow
    assert vcpus.deploying == web + 2 * airflow
    assert vcpus.at_most == 12 * 0.5 + 4 * 1 + 2 * 2 + 2 * 2 + 2 * 1 + 7 * 2 + 4 * 1


def test_what_is_on_spot_counts_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert need("dev", "fargate_vcpus").at_most == 0
    assert need("dev", "fargate_spot_vcpus").at_rest == 0.25 + 1 + 0.5 + 0.5 + 0.25
    monkeypatch.setenv("WINDLASS_SERVICES__WEB__SPOT_PERCENT", "50")
    assert need("dev", "fargate_vcpus").at_rest == 0.25, "min_count stays on demand"


@pytest.mark.parametrize(("egress", "count"), [("nat-gateway-per-zone", 2), ("endpoints", 0), ("public-ip", 0)])
def test_every_nat_gateway_has_an_address(monkeypatch: pytest.MonkeyPatch, egress: str, count: int) -> None:
    monkeypatch.setenv("WINDLASS_NETWORK__EGRESS", egress)
    assert need("staging", "elastic_ips").at_rest == count


def test_every_quota_is_a_key_with_its_name_and_default() -> None:
    assert set(Quotas.model_fields) == set(QUOTAS)
    for key in QUOTAS:
        text = field_docstrings(Quotas)[key]
        assert f'"{QUOTAS[key].name}"' in " ".join(text.split()), key
        assert re.search(rf"Default: {QUOTAS[key].default}\.$", text), key


def test_codes_are_those_of_service_quotas() -> None:
    codes = [(quota.service, quota.code) for quota in QUOTAS.values()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"L-[0-9A-F]{8}", code) for _, code in codes)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_what_we_ship_scales_within_its_quotas(name: str) -> None:
    assert [each.key for each in notices(load(name, ROOT), EARLY) if each.key.startswith("quotas")] == []


def test_scaling_that_ends_at_a_quota_is_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_QUOTAS__FARGATE_VCPUS", "34")
    (notice,) = notices(load("prod", ROOT), EARLY)
    assert notice.key == "quotas.fargate_vcpus"
    assert "need 38 vCPU, and the account has 34: scaling stops there" in notice.message


def test_an_emulated_aws_has_no_quotas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDLASS_QUOTAS__FARGATE_VCPUS", "1")
    environment = load("local", ROOT)
    assert environment.quotas.value("fargate_vcpus") == 1
    assert notices(environment, EARLY) == ()
