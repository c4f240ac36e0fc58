"""An environment file is read whole: either it is right, or every mistake in it is told at once."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_json

from config import ConfigurationError, environment_names, load

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = "arn:aws:acm:us-east-1:123456789012:certificate/ab-1"
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("WINDLASS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    return tmp_path


def toml(value: Any) -> str:
    """JSON is close enough to an inline TOML value once tables are written as `{ key = value }`."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{to_json(str(k)).decode()} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return to_json(value).decode()


def changed(project: Path, name: str, change: Change) -> Path:
    path = project / "environments" / f"{name}.toml"
    data = tomllib.loads(path.read_text())
    change(data)
    path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in data.items()) + "\n")
    return project


def mistakes(project: Path, name: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as caught:
        load(name, project)
    return {problem.key: problem.message for problem in caught.value.problems}


def put(path: str, value: Any) -> Change:
    def change(data: dict[str, Any]) -> None:
        *tables, last = path.split("/")
        for table in tables:
            data = data.setdefault(table, {})
        data[last] = value

    return change


def drop(path: str) -> Change:
    def change(data: dict[str, Any]) -> None:
        *tables, last = path.split("/")
        for table in tables:
            data = data[table]
        del data[last]

    return change


@pytest.mark.parametrize("name", ["dev", "local", "prod", "staging"])
def test_every_shipped_environment_is_right(name: str) -> None:
    environment = load(name, ROOT)
    assert environment.name == name
    assert environment.prefix == f"windlass-{name}"


def test_the_environments_are_the_files_in_the_folder(project: Path) -> None:
    (project / "environments" / "notes.txt").write_text("not an environment")
    assert environment_names(project) == ["dev", "local", "prod", "staging"]


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (put("project", "Windlass"), "project", "lower-case"),
        (put("project", "a-name-that-is-too-long"), "project", "at most 16"),
        (put("name", "other"), "name", '"prod"'),
        (put("kind", "prod"), "kind", '"production"'),
        (put("colour", 1), "colour", "did you mean"),
        (put("aws/account_id", 123456789012), "aws.account_id", "a string in quotes"),
        (put("aws/account_id", "12345"), "aws.account_id", "twelve digits"),
        (put("aws/region", "Ireland"), "aws.region", "eu-west-1"),
        (put("aws/endpoint_url", "http://example.com:80"), "aws.endpoint_url", "loopback"),
        (put("state/backend", "s4"), "state.backend", '"terraform-cloud"'),
        (drop("state/backend"), "state.backend", "is missing"),
        (put("state/bucket", "Bucket_1"), "state.bucket", "as S3 accepts"),
        (drop("state/lock_table"), "state.lock_table", "nothing locks the state"),
        (put("state/lock_table", "a b"), "state.lock_table", "hyphens"),
        (put("network/cidr", "10.30.0.0/33"), "network.cidr", "IPv4 block"),
        (put("network/cidr", "10.30.0.1/16"), "network.cidr", "host bits"),
        (put("network/cidr", "10.0.0.0/8"), "network.cidr", "/16 to /24"),
        (put("network/egress", "nat"), "network.egress", '"one-nat"'),
        (put("network/egress", "one-nat"), "network.nat_zone", "must name the zone"),
        (put("network/nat_zone", "eu-west-1a"), "network.nat_zone", "leave it out"),
        (put("network/flow_logs_retention_days", 8), "network.flow_logs_retention_days", "CloudWatch Logs"),
        (put("network/zones/eu-west-1a/public", "10.99.0.0/22"), "network.zones.eu-west-1a.public", "does not fit"),
        (put("network/zones/eu-west-1b/public", "10.30.0.0/23"), "network.zones.eu-west-1b.public", "overlaps"),
        (put("network/zones/eu-west-1a/isolated", "10.30.16.0/29"), "network.zones.eu-west-1a.isolated", "/28"),
        (drop("network/zones/eu-west-1a/private"), "network.zones.eu-west-1a.private", "is missing"),
        (put("dns/zone_name", "example.com."), "dns.zone_name", "without a trailing dot"),
        (put("dns/zone_id", "123"), "dns.zone_id", "hosted zone"),
        (drop("dns"), "load_balancer.certificate_arn", "is missing where https = true"),
        (put("services/web/host_names", []), "services", "no host_names"),
        (put("services/web/host_names", ["app.example.org"]), "services.web.host_names", "not in the zone"),
        (put("load_balancer/https", False), "load_balancer.https", "unencrypted"),
        (put("load_balancer/scheme", "private"), "load_balancer.scheme", '"internal"'),
        (put("load_balancer/certificate_arn", ELSEWHERE), "load_balancer.certificate_arn", "another region"),
        (put("load_balancer/deletion_protection", False), "load_balancer.deletion_protection", "production"),
        (put("load_balancer/allowed_cidrs", "10.0.0.0/8"), "load_balancer.allowed_cidrs", "a list"),
        (put("load_balancer/idle_timeout_seconds", 0), "load_balancer.idle_timeout_seconds", "1 or more"),
        (put("database/instance_class", "t4g.micro"), "database.instance_class", "db.t4g"),
        (put("database/instance_clas", "db.t4g.micro"), "database.instance_clas", "did you mean instance_class"),
        (put("database/major_version", "9"), "database.major_version", '"16"'),
        (put("database/username", "postgres"), "database.username", "RDS keeps"),
        (put("database/multi_az", False), "database.multi_az", "D02"),
        (put("database/multi_az", "yes"), "database.multi_az", "true or false"),
        (put("database/backup_retention_days", 1), "database.backup_retention_days", "7 to 35"),
        (put("database/backup_retention_days", 36), "database.backup_retention_days", "35 or less"),
        (put("database/backup_window", "25:00-26:00"), "database.backup_window", "UTC"),
        (put("database/maintenance_window", "sunday"), "database.maintenance_window", "sun:04:30"),
        (put("database/max_allocated_storage_gib", 50), "database.max_allocated_storage_gib", "110 or more"),
        (put("cache/nodes", 1), "cache.nodes", "2 to 6"),
        (put("cache/node_type", "t4g"), "cache.node_type", "cache.t4g"),
        (drop("cache"), "services.web.uses_cache", "[cache]"),
        (put("services", {}), "services", "at least one service"),
        (put("services/web/cpu", 300), "services.web.cpu", "256"),
        (put("services/web/memory_mib", 1500), "services.web.memory_mib", "no pair with cpu = 512"),
        (put("services/web/memory_mib", "1024"), "services.web.memory_mib", "without quotes"),
        (put("services/web/min_count", 20), "services.web.min_count", "at most that"),
        (put("services/web/desired_count", 1), "services.web.desired_count", "3 to 12"),
        (put("services/web/priority", 50001), "services.web.priority", "50000 or less"),
        (put("services/web/spot_percent", 101), "services.web.spot_percent", "100 or less"),
        (put("services/web/port", 70000), "services.web.port", "65535 or less"),
        (put("services/web/path_patterns", []), "services.web.path_patterns", ""),
        (put("services/web/health_check_path", "health"), "services.web.health_check_path", "/health"),
        (put("services/web/ephemeral_storage_gib", 19), "services.web.ephemeral_storage_gib", "20 or more"),
        (put("services/web/blue/image", "web:1.0"), "services.web.blue.image", "complete reference"),
        (put("services/web/blue/image", "public.ecr.aws/team/web"), "services.web.blue.image", "tag or digest"),
        (put("services/web/green/image", "public.ecr.aws/t/web:latest"), "services.web.green.image", "moving tag"),
        (drop("services/web/green"), "services.web.green", "is missing"),
        (put("services/web/alarms", {"error_percent": 0}), "services.web.alarms.error_percent", "more than 0"),
        (put("services/web/alarms", {"minutes": 61}), "services.web.alarms.minutes", "60 or less"),
        (put("services/web/alarms", {"error_percent": "1"}), "services.web.alarms.error_percent", "a number"),
        (put("alarms", {"emails": {"ops": "ops"}}), "alarms.emails.ops", "an e-mail address"),
        (put("services/web/environment", {"A_SECRET": "x"}), "services.web.environment.A_SECRET", "Secrets Manager"),
        (put("services/web/environment", {"PORT": "1"}), "services.web.environment.PORT", "by the platform"),
        (put("services/web/environment", {"A-B": "1"}), "services.web.environment.A-B", "letters, digits"),
        (put("services/a-name-too-long-by-far", {}), "services.a-name-too-long-by-far", "at most 16"),
        (put("project", "internal"), "project", "AWS keeps"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_is_allowed(project: Path, change: Change, key: str, words: str) -> None:
    if words == "":
        assert load("prod", changed(project, "prod", change)).services["web"].path_patterns == ()
        return
    found = mistakes(changed(project, "prod", change), "prod")
    assert key in found, found
    assert words in found[key]


def test_all_mistakes_are_told_together_also_those_of_rules(project: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["kind"] = "prod"
        data["services"]["web"]["memory_mib"] = 1500
        data["network"]["cidr"] = "nonsense"
        data["network"]["zones"]["us-east-1a"] = {"public": "10.30.12.0/22", "private": "10.30.112.0/20"}
        data["database"]["instance_clas"] = data["database"].pop("instance_class")
        data["database"]["max_allocated_storage_gib"] = 50

    found = mistakes(changed(project, "prod", change), "prod")
    assert set(found) == {
        "kind",
        "services.web.memory_mib",
        "network.cidr",
        "network.zones.us-east-1a",
        "network.zones.us-east-1a.isolated",
        "database.instance_clas",
        "database.instance_class",
        "database.max_allocated_storage_gib",
    }


def test_two_services_need_two_priorities(project: Path) -> None:
    def change(data: dict[str, Any]) -> None:
        data["services"]["api"] = dict(data["services"]["web"])

    assert "services.web too" in mistakes(changed(project, "prod", change), "prod")["services.api.priority"]


def test_an_environment_variable_goes_over_dotenv_and_that_over_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".env").write_text(
        "WINDLASS_DATABASE__INSTANCE_CLASS=db.t4g.small\nWINDLASS_SERVICES__WEB__CPU=1024\n"
        "WINDLASS_SERVICES__WEB__MEMORY_MIB=2048\n"
    )
    monkeypatch.setenv("WINDLASS_DATABASE__INSTANCE_CLASS", "db.t4g.large")
    monkeypatch.setenv("WINDLASS_LOAD_BALANCER__ALLOWED_CIDRS", '["192.0.2.0/24"]')
    monkeypatch.setenv("WINDLASS_CLUSTER__EXECUTE_COMMAND", "true")
    monkeypatch.setenv("WINDLASS_AWS__ACCOUNT_ID", "210987654321")
    environment = load("prod", project)
    assert environment.database.instance_class == "db.t4g.large"
    assert environment.services["web"].cpu == 1024
    assert environment.load_balancer.allowed_cidrs == ("192.0.2.0/24",)
    assert environment.cluster.execute_command is True
    assert environment.aws.account_id == "210987654321"


def test_a_mistake_in_a_variable_names_the_variable(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".env").write_text("WINDLASS_CLUSTER__LOGS_RETENTION_DAYS=8\n")
    monkeypatch.setenv("WINDLASS_DATABASE__MULTI_AZ", "maybe")
    with pytest.raises(ConfigurationError) as caught:
        load("prod", project)
    text = str(caught.value)
    assert "from environment variable WINDLASS_DATABASE__MULTI_AZ" in text
    assert "from WINDLASS_CLUSTER__LOGS_RETENTION_DAYS in .env" in text


@pytest.mark.parametrize("place", ["variable", "dotenv"])
def test_a_variable_that_no_key_belongs_to_is_a_mistake(
    project: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "variable":
        monkeypatch.setenv("WINDLASS_DATABSE__MULTI_AZ", "true")
    else:
        (project / ".env").write_text("WINDLASS_DATABSE__MULTI_AZ=true\n")
    found = mistakes(project, "prod")
    assert "did you mean WINDLASS_DATABASE" in found["WINDLASS_DATABSE__MULTI_AZ"]


def test_a_variable_with_an_unknown_key_below_a_table_is_a_mistake(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDLASS_DATABASE__MULTI_ZA", "true")
    assert "did you mean multi_az" in mistakes(project, "prod")["database.multi_za"]


def test_an_unknown_environment_names_those_there_are(project: Path) -> None:
    assert 'did you mean "prod"' in mistakes(project, "prd")["environment"]


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b'project = "a"\nproject = "b"\n'])
def test_a_file_that_is_not_toml_says_where(project: Path, content: bytes) -> None:
    (project / "environments" / "prod.toml").write_bytes(content)
    with pytest.raises(ConfigurationError, match="is not TOML"):
        load("prod", project)


def test_the_model_is_frozen() -> None:
    environment = load("prod", ROOT)
    with pytest.raises(ValueError, match="frozen"):
        environment.project = "other"  # type: ignore[misc]


def test_the_command_exits_with_2_and_no_traceback() -> None:
    variables = {**os.environ, "WINDLASS_ENVIRONMENT": "nowhere"}
    run = subprocess.run(
        [sys.executable, "main.py"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "there is no environment of this name" in run.stderr
    assert "Traceback" not in run.stderr
