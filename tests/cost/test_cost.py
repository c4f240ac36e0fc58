"""Cost estimates: compared with manual calculations, complete, and explicit about what is not priced (P06)."""

import copy
import json
from pathlib import Path

import pytest

from cli.app import main
from cost import Estimate, PricesError, estimate, prices_of
from cost.lines import PRICERS
from tests.support.documents import ENVIRONMENTS, documents

EU = prices_of("eu-west-1")


def of(name: str) -> Estimate:
    return estimate(name, documents(name), EU)


def monthly(priced: Estimate, group: str) -> list[float]:
    return [round(line.monthly or 0.0, 2) for line in priced.lines if line.group == group]


def test_the_database_of_production_is_two_machines_and_a_replica() -> None:
    machine, gib = 0.187 * 730, 0.127 * 100
    assert monthly(of("prod"), "database") == [
        round(2 * machine, 2),
        round(machine, 2),
        round(2 * gib, 2),
        round(gib, 2),
    ]


def tasks(priced: Estimate, service: str) -> list[float]:
    lines = [line for line in priced.lines if f"aws_ecs_service.{service}_" in line.address and "vCPU" in line.what]
    return [round(line.monthly or 0.0, 2) for line in lines]


def test_tasks_are_those_of_the_live_colour_at_half_a_vcpu_and_a_gib() -> None:
    task = (0.5 * 0.03238 + 1 * 0.00356) * 730
    assert tasks(of("prod"), "web_blue") == [round(3 * task, 2)]
    assert tasks(of("prod"), "web_green") == [0.0]


def test_tasks_on_spot_cost_their_share() -> None:
    on_demand = (0.25 * 0.03238 + 0.5 * 0.00356) * 730
    changed = copy.deepcopy(documents("dev"))
    (service,) = (body for name, body in changed["service"]["resource"]["aws_ecs_service"].items() if "blue" in name)
    service["desired_count"] = 4
    service["capacity_provider_strategy"] = [
        {"capacity_provider": "FARGATE", "base": 2, "weight": 1},
        {"capacity_provider": "FARGATE_SPOT", "weight": 1},
    ]
    # Two of the base and one of the rest on demand, one on Spot.
    assert tasks(estimate("dev", changed, EU), "web_blue") == [round(on_demand * (3 + 0.32), 2)]


def test_a_gateway_in_each_zone_costs_three() -> None:
    lines = [line for line in of("prod").lines if line.what == "NAT gateway"]
    assert [round(line.monthly or 0, 2) for line in lines] == [35.04, 35.04, 35.04]


def test_the_comparison_shows_why_production_costs_more(capsys: pytest.CaptureFixture[str]) -> None:
    prod, dev = of("prod"), of("dev")
    assert prod.total > 3 * dev.total > 0
    assert main(["cost", "prod", "--compare", "dev"]) == 0
    shown = capsys.readouterr()
    assert f"{prod.total - dev.total:+,.2f}" in shown.out
    rows = [line.split()[0] for line in shown.out.splitlines()[1:]]
    assert {"database", "network", "cache"} <= set(rows)
    assert rows[-1] == "total"
    assert "An estimate from AWS's list prices of" in shown.err
    assert "depends on use" in shown.err


def test_scripts_get_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "dev", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["dev"]
    assert report["is_an_estimate"] is True
    assert report["monthly_total"] == pytest.approx(sum(report["groups"].values()), abs=0.05)
    assert report["monthly_total"] == pytest.approx(sum(line["monthly"] for line in report["lines"]), abs=0.2)


@pytest.mark.parametrize(("zones", "text"), [(1, "1 public IPv4 address"), (2, "2 public IPv4 addresses")])
def test_one_address_is_no_addresses(zones: int, text: str) -> None:
    changed = copy.deepcopy(documents("prod"))
    (balancer,) = changed["service"]["resource"]["aws_lb"].values()
    balancer["subnets"] = ["subnet-1"] * zones
    balancer["internal"] = False
    assert text in [line.what for line in estimate("prod", changed, EU).lines]


def test_a_resource_without_a_price_is_reported_as_unpriced() -> None:
    changed = copy.deepcopy(documents("dev"))
    for body in changed["data"]["resource"]["aws_db_instance"].values():
        body["instance_class"] = "db.x9z.large"
    (line,) = estimate("dev", changed, EU).unpriced
    assert line.what == "db.x9z.large"


def test_a_region_without_prices_is_an_error_that_lists_the_regions_with_prices() -> None:
    with pytest.raises(PricesError, match="eu-west-1, us-east-1"):
        prices_of("mars-north-1")


@pytest.mark.parametrize(
    ("instance_class", "hourly"), [("db.t4g.micro", 0.0176), ("db.m7g.large", 0.187), ("db.m7g.4xlarge", 1.496)]
)
def test_sizes_follow_the_steps_of_aws(instance_class: str, hourly: float) -> None:
    assert (EU.instance("database", instance_class) or 0) / 730 == pytest.approx(hourly, abs=0.0001)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_resource_type_is_priced_free_or_usage_based(name: str) -> None:
    kinds = {
        kind.removeprefix("aws_") for document in documents(name).values() for kind in document.get("resource", {})
    }
    # Reviewed manually: these are free or charged by usage only.
    named = set(json.loads((Path(__file__).parent / "without_a_price.json").read_text()))
    assert {kind for kind in kinds if f"aws_{kind}" not in PRICERS and kind not in named} == set()


def test_a_secret_in_a_second_region_costs_twice_as_much() -> None:
    lines = {line.address: line for line in estimate("prod", documents("prod"), EU).lines if "secret" in line.what}
    (copied,) = [line for line in lines.values() if line.what == "secret, in 2 regions"]
    once = [line.monthly for line in lines.values() if line.what == "secret"]
    assert copied.monthly == 2 * once[0]
