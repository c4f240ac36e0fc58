"""Hypothesis strategies for environments: valid ones of every shape, and invalid ones."""

import copy
import ipaddress
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from aws.account import Account
from aws.fargate import allowed_memory_mib

REPEATABLE = settings(derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
"""The same examples in every run: a failure is never seen once only, CI takes the same time each day, and a busy
machine is no failure."""

IMAGE = "public.ecr.aws/team/web:1.4.2"
REGIONS = ("eu-west-1", "us-east-2", "ap-southeast-2", "af-south-1", "me-central-1")
words = st.from_regex(r"[a-z]([a-z0-9]|-[a-z0-9]){0,3}", fullmatch=True)


@st.composite
def networks(draw: st.DrawFn, region: str, ways_out: tuple[str, ...]) -> dict[str, Any]:
    """A VPC whose subnets fit, in two to four zones, with one of the kinds of egress."""
    vpc = ipaddress.IPv4Network(f"10.{draw(st.integers(0, 255))}.0.0/16")
    blocks = vpc.subnets(new_prefix=draw(st.sampled_from((20, 22, 24, 26, 28))))
    zones = [region + letter for letter in draw(st.sampled_from(("ab", "bc", "abc", "acd", "abcd")))]
    data: dict[str, Any] = {
        "cidr": str(vpc),
        "zones": {zone: {tier: str(next(blocks)) for tier in ("public", "private", "isolated")} for zone in zones},
        "egress": draw(st.sampled_from(ways_out)),
        "interface_endpoints": draw(st.lists(st.sampled_from(("sqs", "ecr.api", "ssmmessages")), unique=True)),
    }
    if data["egress"] == "single-nat-gateway":
        data["nat_gateway_zone"] = draw(st.sampled_from(zones))
    return data


@st.composite
def services(draw: st.DrawFn, number: int, *, cache: bool, zone: str | None) -> dict[str, Any]:
    """A web service of any strategy; its number keeps it apart from the others."""
    cpu = draw(st.sampled_from((256, 512, 1024, 2048, 4096, 8192, 16384)))
    least, wanted, most = sorted(draw(st.lists(st.integers(1, 1000), min_size=3, max_size=3)))
    own = {
        "blue-green": {"blue": {"image": IMAGE}, "green": {"image": IMAGE}},
        "rolling": {"image": IMAGE},
        "codedeploy": {"image": IMAGE, "test_listener": {"port": 9000 + number, "allowed_cidrs": ["192.0.2.0/24"]}},
    }
    strategy = draw(st.sampled_from(sorted(own)))
    return {
        "strategy": strategy,
        **own[strategy],
        "cpu": cpu,
        "memory_mib": draw(st.sampled_from(allowed_memory_mib(cpu))),
        "cpu_architecture": draw(st.sampled_from(("ARM64", "X86_64"))),
        "min_count": least,
        "desired_count": wanted,
        "max_count": most,
        "spot_percent": draw(st.integers(0, 100)),
        "port": draw(st.integers(1, 65535)),
        "priority": 100 + number,
        "host_names": [f"s{number}.{zone}"] if zone else [],
        "uses_database": draw(st.booleans()),
        "uses_cache": cache and draw(st.booleans()),
        "environment": draw(st.dictionaries(st.from_regex(r"X_[A-Z]{1,5}", fullmatch=True), st.text("a$%{}\"'\\\n ü"))),
        "health_check_command": draw(st.lists(st.text("ab$%{}\"' ", min_size=1, max_size=9), max_size=3)),
        "migration_command": draw(st.lists(st.text("ab$%{}\"' ", min_size=1, max_size=9), max_size=3)),
    }


@st.composite
def environments(draw: st.DrawFn) -> dict[str, Any]:
    """A whole environment, as its file's data."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from(("development", "staging", "production")))
    airflow = draw(st.booleans())
    zones = (None, "example.com") if kind == "development" and not airflow else ("example.com",)
    zone = draw(st.sampled_from(zones))
    # Git is outside, and only some ways lead there.
    ways_out = ("nat-gateway-per-zone", "single-nat-gateway", "public-ip", *(() if airflow else ("endpoints",)))
    caches = st.fixed_dictionaries({"node_type": st.just("cache.t4g.small"), "nodes": st.integers(2, 6)})
    cache = draw(caches if airflow else st.none() | caches)
    names = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    storage = draw(st.integers(20, 50_000))
    data: dict[str, Any] = {
        "project": draw(words),
        "kind": kind,
        "tags": draw(
            st.dictionaries(st.from_regex(r"X[a-z0-9 ]{0,9}", fullmatch=True), st.text("aé9 .:/=+-@", min_size=1))
        ),
        "aws": {"region": region, "account_id": draw(st.from_regex(r"[0-9]{12}", fullmatch=True))},
        "state": draw(states()),
        "network": draw(networks(region, ways_out)),
        "load_balancer": {
            "https": zone is not None,
            "scheme": draw(st.sampled_from(("internet-facing", "internal"))),
            "allowed_cidrs": draw(st.sampled_from((["0.0.0.0/0"], ["192.0.2.0/24", "10.0.0.0/8"]))),
        },
        "database": {
            "instance_class": "db.m7g.2xlarge",
            "engine_version": draw(st.sampled_from(("14", "15", "16", "17", "18", "19"))),
            "port": draw(st.integers(1150, 65535)),
            "allocated_storage_gib": storage,
            "max_allocated_storage_gib": storage * 2 if storage < 30_000 else 65536,
            "multi_az": kind == "production" or draw(st.booleans()),
            "backup_retention_days": draw(st.integers(7, 35)),
            "read_replicas": {name: {"instance_class": "db.t4g.small"} for name in draw(st.lists(words, max_size=2))},
        },
        "services": {
            name: draw(services(number, cache=cache is not None, zone=zone)) for number, name in enumerate(names)
        },
    }
    data["quotas"] = {"fargate_vcpus": 1_000_000, "fargate_spot_vcpus": 1_000_000, "targets": 100_000}
    if kind == "production":
        data["alarms"] = {"emails": {"oncall": "oncall@example.com"}}
    if zone is not None:
        data["dns"] = {"zone_name": zone}
    if cache is not None:
        data["cache"] = cache
    if airflow:
        data["airflow"] = draw(airflows())
    if data["network"]["egress"] == "endpoints":
        _make_private(data["services"], data["aws"])
    return data


def _make_private(services: dict[str, Any], aws: dict[str, str]) -> None:
    """Images that tasks without a way out can pull."""
    private = f"{Account(region=aws['region'], id=aws['account_id']).ecr_host}/team/web:1.4.2"
    for service in services.values():
        for holder in (service, *(service[colour] for colour in ("blue", "green") if colour in service)):
            if "image" in holder:
                holder["image"] = private


@st.composite
def airflows(draw: st.DrawFn) -> dict[str, Any]:
    """Airflow of production's kind, with one to three groups of workers and DAGs from one or two repositories."""
    groups = draw(st.lists(words, min_size=1, max_size=3, unique=True))
    repositories = draw(st.lists(words, min_size=1, max_size=2, unique=True))
    first, *others = groups
    return {
        "host_names": ["airflow.example.com"],
        "api_server": {"min_count": 2},
        "scheduler": {"desired_count": 2},
        "workers": {
            first: {"max_count": draw(st.integers(2, 30))},
            **{name: {"queues": [f"queue-{name}"], "memory_mib": 4096} for name in others},
        },
        "dags": {"repositories": {name: {"url": f"https://github.com/acme/{name}.git"} for name in repositories}},
        "environment": draw(st.dictionaries(st.from_regex(r"X_[A-Z]{1,5}", fullmatch=True), st.text("a$%{}\"'\\\n ü"))),
        **draw(st.just({}) | st.fixed_dictionaries({"database_proxy": database_proxies()})),
    }


def database_proxies() -> st.SearchStrategy[dict[str, int]]:
    """The proxy's section, with some of its keys left out."""
    optional = {
        "max_connections_percent": st.integers(10, 90),
        "connection_borrow_timeout_seconds": st.integers(1, 300),
        "idle_client_timeout_seconds": st.integers(1, 28800),
    }
    return st.fixed_dictionaries({}, optional=optional)


def states() -> st.SearchStrategy[dict[str, Any]]:
    """Each place for state."""
    return st.sampled_from(
        (
            {"backend": "s3", "bucket": "state-bucket", "dynamodb_table": "locks"},
            {"backend": "s3", "bucket": "state-bucket", "use_lockfile": True},
            {"backend": "terraform-cloud", "organization": "example", "project": "Web shop"},
            {"backend": "local"},
        )
    )


junk = st.recursive(
    st.none().map(lambda _: "") | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
"""Whatever TOML can say."""


@st.composite
def broken_environments(draw: st.DrawFn) -> dict[str, Any]:
    """A valid environment in which up to three things were taken out, changed, renamed or put in."""
    data = copy.deepcopy(draw(environments()))
    for _ in range(draw(st.integers(1, 3))):
        table, key = draw(st.sampled_from(_places(data)))
        match draw(st.sampled_from(("drop", "change", "rename", "add"))):
            case "drop":
                del table[key]
            case "change":
                table[key] = draw(junk)
            case "rename" if isinstance(table, dict):
                table[draw(st.text(max_size=20))] = table.pop(key)
            case _:
                _put(table, draw(st.text(max_size=20)), draw(junk))
        if not data:
            break
    return data


def _put(table: Any, key: str, value: Any) -> None:
    if isinstance(table, dict):
        table[key] = value
    else:
        table.append(value)


def _places(value: Any) -> list[tuple[Any, Any]]:
    places: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        places += [(value, key), *_places(below)]
    return places
