"""An environment recovers in a second region from copies of its backups, and the old one is destroyed (D06, P05)."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from cryptography.fernet import Fernet, MultiFernet

from tests.airflow.deployment import PREFIX, Deployment, wait_for
from tests.dataplane.region import Region
from tests.docs.drill import (
    APPLY,
    BACKUPS_IN_REGION,
    BOOTSTRAP,
    CHECK,
    DAG,
    DESTROY,
    FERNET_KEYS,
    PLAN,
    UNPROTECT,
    run,
    set_keys,
)
from tests.platform.live import Live
from tests.support.platform import Platform, begin

pytestmark = [pytest.mark.platform, pytest.mark.airflow, pytest.mark.slow]

HERE, THERE = "eu-west-1", "eu-central-1"


@pytest.fixture(scope="module")
def airflow() -> Iterator[Deployment]:
    platform = begin().wait()
    deployment = Deployment(platform, platform.data_plane())
    deployment.wait_until_steady()
    yield deployment


def recovery(platform: Platform, backups: str, fernet_keys: str) -> None:
    """Write the file of the recovery environment: the lost one's, with the changes that the runbook names."""
    folder = platform.root / "environments"
    text = (folder / "local.toml").read_text()
    for before, after in (
        (HERE, THERE),
        ("windlass-state-123456789012-eu-central-1", "windlass-state-recovery"),
        ("windlass.localhost", "recovery.localhost"),
        (f'[database.backup_replication]\nregion = "{THERE}"\n', ""),
    ):
        assert before in text, before
        text = text.replace(before, after)
    (folder / "recovery.toml").write_text(text)
    set_keys(platform, "recovery", "database", {"restore_from_backup_arn": json.dumps(backups)})
    set_keys(platform, "recovery", "airflow", {"existing_fernet_keys_secret_arn": json.dumps(fernet_keys)})
    tomllib.loads((folder / "recovery.toml").read_text())


def test_an_environment_recovers_in_a_second_region(airflow: Deployment, tmp_path: Path) -> None:
    platform = airflow.platform
    file = platform.root / "environments" / "local.toml"
    set_keys(platform, "local", "database", {"deletion_protection": "true", "final_snapshot": "true"})
    file.write_text(file.read_text() + f'\n[database.backup_replication]\nregion = "{THERE}"\n')
    airflow.apply("data")
    connection = {"connection_id": "warehouse", "conn_type": "http", "password": "of the warehouse"}
    airflow.api("POST", "/connections", connection)
    airflow.commit({"once.py": DAG}, "a DAG")
    wait_for("the DAG", lambda: airflow.has_dag("once"), 90)
    finished = airflow.trigger("once")
    assert finished.wait_for_end() == "success"
    Live(platform).request("POST", "/items", {"name": "kept"})

    # The region is lost: nothing of it runs any more, and nothing below reads from it but the copies.
    airflow.data_plane.stop()

    (line,) = run(platform, BACKUPS_IN_REGION, REGION=THERE).splitlines()
    name, status, backups = line.split("\t")
    assert (name, status) == (PREFIX, "replicating")
    described = run(platform, FERNET_KEYS, REGION=THERE, SECRET="windlass/local/airflow/fernet-keys")
    fernet_keys = json.loads(described)["ARN"]
    assert f":{THERE}:" in fernet_keys
    recovery(platform, backups, fernet_keys)
    run(platform, CHECK, ENV="recovery")
    run(platform, BOOTSTRAP, ENV="recovery", typed="y\n")
    for layer in ("network", "data"):
        run(platform, APPLY, ENV="recovery", LAYER=layer, typed="y\n")
    assert "recovery: nothing to change." in run(platform, PLAN, ENV="recovery", LAYER="data")
    region = Region(THERE, tmp_path, platform.endpoint_url)
    try:
        assert_all_is_there(region, platform, finished.run_id)
    finally:
        region.stop()
    set_keys(platform, "recovery", "database", {"restore_from_backup_arn": ""})
    assert "recovery: nothing to change." in run(platform, PLAN, ENV="recovery", LAYER="data")

    # The region is back, and nobody wants the old environment any more.
    run(platform, UNPROTECT, DATABASE=PREFIX)
    said = run(platform, DESTROY, typed="local\n")
    assert "aws_kms_key.key_key stays in the account" in said
    assert f"aws_kms_key.backup-key-{THERE}_key stays in the account" in said
    assert f"{PREFIX}\tretained" in run(platform, BACKUPS_IN_REGION, REGION=HERE)
    assert f"{PREFIX}\tretained" in run(platform, BACKUPS_IN_REGION, REGION=THERE)
    assert "recovery: nothing to change." in run(platform, PLAN, ENV="recovery", LAYER="data")


def assert_all_is_there(region: Region, platform: Platform, run_id: str) -> None:
    """Log in with the password of the recovery environment, and decrypt with its keys."""
    url = urlsplit(secret(platform, "database/url"))
    with region.connect("windlass-recovery", str(url.password), user=str(url.username)) as connection:
        assert connection.execute("SELECT count(*) FROM items WHERE name = 'kept'").fetchone() == (1,)
    superuser = {"user": "rdsadmin", "database": "airflow"}
    keys = MultiFernet([Fernet(each) for each in secret(platform, "airflow/fernet-keys").split(",")])
    with region.connect("windlass-recovery", region.superuser_password("windlass-recovery"), **superuser) as connection:
        (encrypted,) = (
            connection.execute("SELECT password FROM connection WHERE conn_id = 'warehouse'").fetchone() or ()
        )
        assert keys.decrypt(encrypted).decode() == "of the warehouse"
        runs = connection.execute("SELECT run_id, state FROM dag_run").fetchall()
    assert runs == [(run_id, "success")]


def secret(platform: Platform, name: str) -> str:
    """A secret of the recovery environment."""
    client = boto3.client(
        "secretsmanager",
        endpoint_url=platform.endpoint_url,
        region_name=THERE,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    return str(client.get_secret_value(SecretId=f"windlass/recovery/{name}")["SecretString"])
