"""An environment recovers in a second region from copies of its backups, and the old one is destroyed (D06, P05).

The commands and the changed keys are those of the runbooks; Airflow runs in the first region, then in the second.
"""

import json
import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.airflow.deployment import PREFIX, Deployment, Run, wait_for
from tests.docs import runbooks
from tests.docs.database_commands import (
    BACKUPS_IN_REGION,
    BOOTSTRAP,
    CHECK,
    DB_CHECK,
    DESTROY,
    FERNET_KEYS,
    ROTATE_FERNET_KEY,
)
from tests.docs.drill import APPLY, APPLY_ALL, DAG, PLAN, run, set_keys
from tests.platform.live import Live
from tests.support.platform import Platform, begin

pytestmark = [pytest.mark.platform, pytest.mark.airflow, pytest.mark.slow]

HERE, THERE = "eu-west-1", "eu-central-1"
CHANGED = re.compile(r"^\| ((?:`[\w.*]+`(?:, )?)+) \|", re.MULTILINE)
"""A row of the page's table of changes: its keys."""


@pytest.fixture(scope="module")
def airflow() -> Iterator[Deployment]:
    platform = begin().wait()
    deployment = Deployment(platform, platform.data_plane())
    deployment.wait_until_steady()
    yield deployment


def test_an_environment_recovers_in_a_second_region(airflow: Deployment) -> None:
    platform = airflow.platform
    replicate_backups(platform)
    airflow.apply("data")
    finished = work(airflow)

    # The region is lost: nothing of it runs any more.
    airflow.data_plane.stop()
    recover(platform)
    recovered = Deployment(platform, platform.data_plane(THERE), environment="recovery", region=THERE)
    all_is_there(recovered, finished)
    forget_the_old_keys(recovered)

    # The region is back, and nobody wants the old environment any more.
    destroy_the_old_one(platform)
    plans_nothing(platform, "network", "data", "service")
    can_decrypt(platform)


def replicate_backups(platform: Platform) -> None:
    """As production has it: with its protections, and copies in the second region."""
    set_keys(platform, "local", "database", {"deletion_protection": "true", "final_snapshot": "true"})
    file = platform.root / "environments" / "local.toml"
    file.write_text(file.read_text() + f'\n[database.backup_replication]\nregion = "{THERE}"\n')


def work(airflow: Deployment) -> Run:
    """What must be there afterwards: a row, a connection, and a run that has ended, which is returned."""
    assert Live(airflow.platform).request("POST", "/items", {"name": "kept"})[0] == 201
    connection = {"connection_id": "warehouse", "conn_type": "http", "password": "of the warehouse"}
    airflow.api("POST", "/connections", connection)
    airflow.commit({"once.py": DAG}, "a DAG")
    wait_for("the DAG", lambda: airflow.has_dag("once"), 90)
    finished = airflow.trigger("once")
    assert finished.wait_for_end() == "success"
    return finished


def recover(platform: Platform) -> None:
    """The page from its first command to the last layer; then the data plane starts the tasks, as ECS does."""
    (line,) = run(platform, BACKUPS_IN_REGION, REGION=THERE).splitlines()
    name, status, backups = line.split("\t")
    assert (name, status) == (PREFIX, "replicating")
    described = run(platform, FERNET_KEYS, REGION=THERE, SECRET="windlass/local/airflow/fernet-keys")
    fernet_keys = json.loads(described)["ARN"]
    assert f":{THERE}:" in fernet_keys
    write_recovery(platform, backups, fernet_keys)
    run(platform, CHECK, ENV="recovery")
    run(platform, BOOTSTRAP, ENV="recovery", typed="y\n")
    for layer in ("network", "data", "data", "service"):
        run(platform, APPLY, ENV="recovery", LAYER=layer, typed="y\n")
    plans_nothing(platform, "data")
    stacks = list(platform.root.glob("cdktf.out/stacks/recovery-*/cdk.tf.json"))
    assert len(stacks) >= 3
    assert not [each for each in stacks if HERE in each.read_text()], "needs the lost region"
    up = platform.windlass("local", "up", "--environment", "recovery")
    assert up.returncode == 0, up.stdout + up.stderr


def write_recovery(platform: Platform, backups: str, fernet_keys: str) -> None:
    """Write the file of the recovery environment: the lost one's, with the changes that the page names."""
    page = (runbooks.FOLDER / "recovery-region.md").read_text()
    named = {key for row in CHANGED.findall(page) for key in re.findall(r"`([\w.*]+)`", row)}
    changes = {
        "aws.region": (f'region = "{HERE}"\naccount_id', f'region = "{THERE}"\naccount_id'),
        "network.zones": (f"\n{HERE}", f"\n{THERE}"),
        "network.nat_gateway_zone": (f'nat_gateway_zone = "{HERE}', f'nat_gateway_zone = "{THERE}'),
        "state.bucket": (f"windlass-state-123456789012-{HERE}", f"windlass-state-123456789012-{THERE}"),
        "dns": ('zone_name = "windlass.', 'zone_name = "recovery.'),
        "host_names": (".windlass.localhost", ".recovery.localhost"),
        "image": (f"{HERE}.amazonaws.com/{PREFIX}/", f"{THERE}.amazonaws.com/windlass-recovery/"),
        "database.backup_replication": (f'\n[database.backup_replication]\nregion = "{THERE}"\n', ""),
    }
    keys = {
        "database.restore_from_backup_arn": backups,
        "airflow.existing_fernet_keys_secret_arn": fernet_keys,
    }
    assert {*changes, *keys} == named
    folder = platform.root / "environments"
    # The local git server stands for one on the internet, which the loss does not touch.
    text = (folder / "local.toml").read_text().replace("git.windlass.localhost", "GIT")
    for before, after in changes.values():
        assert before in text, before
        text = text.replace(before, after)
    (folder / "recovery.toml").write_text(text.replace("GIT", "git.windlass.localhost"))
    for key, value in keys.items():
        section, _, name = key.partition(".")
        set_keys(platform, "recovery", section, {name: json.dumps(value)})
    tomllib.loads((folder / "recovery.toml").read_text())


def all_is_there(airflow: Deployment, finished: Run) -> None:
    """Data, connections and the history of runs; nothing that has ended runs again, and new work does."""
    live = Live(airflow.platform, host="app.recovery.localhost")
    live.wait_until("/health/ready")
    assert [each["name"] for each in live.request("GET", "/items")[1]["items"]] == ["kept"]
    run(airflow.platform, DB_CHECK, ENV="recovery")
    can_decrypt(airflow.platform)
    wait_for("the DAG", lambda: airflow.api("GET", "/version") and airflow.has_dag("once"), 90)
    after = airflow.trigger("once")
    assert after.wait_for_end() == "success"
    runs = airflow.api("GET", "/dags/once/dagRuns")["dag_runs"]
    assert {each["dag_run_id"]: each["state"] for each in runs} == dict.fromkeys(
        (finished.run_id, after.run_id), "success"
    )
    again = Run(airflow, "once", finished.run_id)
    assert again.tries() == {"say": 1}


def can_decrypt(platform: Platform) -> None:
    shown = platform.windlass("airflow", "recovery", "connections", "get", "warehouse", "-o", "json")
    assert "of the warehouse" in shown.stdout, shown.stdout + shown.stderr


def forget_the_old_keys(airflow: Deployment) -> None:
    platform = airflow.platform
    run(platform, ROTATE_FERNET_KEY, ENV="recovery")
    set_keys(platform, "recovery", "database", {"restore_from_backup_arn": ""})
    plans_nothing(platform, "data")
    set_keys(platform, "recovery", "airflow", {"existing_fernet_keys_secret_arn": ""})
    planned = run(platform, PLAN, ENV="recovery", LAYER="data")
    changes = re.findall(r"^  \S+ (\S+)$", planned, re.MULTILINE)
    assert changes == ["aws_secretsmanager_secret_version.airflow_fernet-keys_version"], planned
    run(platform, APPLY, ENV="recovery", LAYER="data", typed="y\n")
    keys = airflow.secret("airflow/fernet-keys").split(",")
    assert len(keys) == 2, "its own, and none of the lost environment"
    can_decrypt(platform)


def destroy_the_old_one(platform: Platform) -> None:
    """By its own page, whose first step takes the protections off."""
    set_keys(platform, "local", "database", {"deletion_protection": "false"})
    set_keys(platform, "local", "database.backup_replication", {"enabled": "false"})
    run(platform, APPLY_ALL, typed="y\n" * 3)
    said = run(platform, DESTROY, typed="local\n")
    assert "aws_kms_key.key_key stays in the account" in said
    for region in (HERE, THERE):
        assert f"{PREFIX}\tretained" in run(platform, BACKUPS_IN_REGION, REGION=region)


def plans_nothing(platform: Platform, *layers: str) -> None:
    for layer in layers:
        assert "recovery: nothing to change." in run(platform, PLAN, ENV="recovery", LAYER=layer)
