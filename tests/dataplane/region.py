"""RDS in one region of an embedded AWS, and a real PostgreSQL for each instance, without the rest of a data plane."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import boto3
import psycopg
from botocore.config import Config

from local.database_copies import SUPERUSER, data_home
from local.dataplane.containers.addresses import Addresses
from local.dataplane.desired_state.model import DesiredState
from local.dataplane.desired_state.store_reader import databases, with_logins
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.proxy.certificates import Certificates
from local.dataplane.stores.postgres_place import remove_data
from local.dataplane.stores.stores import Stores
from tests.support.postgres import free_port
from tests.support.waiting import wait_for

SHORTENED_BY = 60.0
"""A failover takes 1 s here."""
HERE, THERE = "eu-west-1", "eu-central-1"
PROJECT = Path(__file__).resolve().parents[2]


class Region:
    """RDS in one region, and the servers of its instances."""

    def __init__(self, name: str, folder: Path, endpoint_url: str) -> None:
        self.name, self.folder, self.endpoint_url = name, folder, endpoint_url
        self.rds, self.kms = self.client("rds"), self.client("kms")
        self._addresses = Addresses(folder)
        self._stores = Stores(
            folder / "stores",
            registry=ProcessRegistry(folder / "processes.json"),
            addresses=self._addresses,
            certificates=Certificates(folder / "certificates", folder / "authority"),
        )

    def client(self, service: str) -> Any:
        config = Config(proxies={}, retries={"max_attempts": 1})
        user = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return boto3.client(service, region_name=self.name, endpoint_url=self.endpoint_url, config=config, **user)  # type: ignore[call-overload]

    def run_servers(self) -> DesiredState:
        """Do what the data plane does after a change of the account."""
        logins = page(self.endpoint_url, f"/windlass/data-plane/logins?region={self.name}")
        desired_state = DesiredState(stores=tuple(with_logins(each, logins) for each in databases(self.rds)))

        def is_reconciled() -> bool:
            self._stores.advance(desired_state, time.monotonic())
            return self._stores.is_reconciled(desired_state)

        wait_for("the servers", is_reconciled, 60)
        return desired_state

    def problems(self) -> list[str]:
        return [each["problem"] for each in self._stores.description(self.run_servers()) if each["problem"]]

    def connect(
        self, identifier: str, password: str, *, user: str = "app", database: str = "app"
    ) -> "psycopg.Connection[tuple[Any, ...]]":
        desired_state = self.run_servers()
        (instance,) = [each for each in desired_state.stores if each.identifier == identifier]
        (address,) = self._stores.names(desired_state)[instance.names[0]]
        login = {"user": user, "password": password, "dbname": database, "sslmode": "require"}
        return psycopg.connect(host=address, port=instance.port, autocommit=True, **login)

    def superuser_password(self, identifier: str) -> str:
        """Of the server's own superuser, who may read all tables."""
        return (data_home(self.folder / "stores" / f"database-{identifier}") / SUPERUSER).read_text()

    def clear(self) -> None:
        """Delete everything, and stop the servers."""
        for instance in self.rds.describe_db_instances()["DBInstances"]:
            self.rds.delete_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"], SkipFinalSnapshot=True)
        for backup in self.rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]:
            self.rds.delete_db_instance_automated_backup(
                DBInstanceAutomatedBackupsArn=backup["DBInstanceAutomatedBackupsArn"]
            )
        for snapshot in self.rds.describe_db_snapshots()["DBSnapshots"]:
            self.rds.delete_db_snapshot(DBSnapshotIdentifier=snapshot["DBSnapshotIdentifier"])
        self.run_servers()

    def stop(self) -> None:
        self._stores.stop()
        self._addresses.claim.close()
        for store in (self.folder / "stores").glob("*"):
            remove_data(store)


class World:
    """An embedded AWS that saves, and two of its regions."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.start()
        url = f"http://127.0.0.1:{self.port}"
        self.here, self.there = Region(HERE, folder / "here", url), Region(THERE, folder / "there", url)

    def start(self) -> None:
        command = [sys.executable, "-m", "local.server", "--port", str(self.port)]
        command += ["--snapshots", str(self.folder / "saved"), "--stores", str(self.folder / "here" / "stores")]
        command += ["--shorten-interruptions", str(SHORTENED_BY)]
        self._server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        assert self._server.stdout is not None
        while "ready" not in (line := self._server.stdout.readline()):
            assert line, "the embedded AWS did not start"

    def stop(self) -> str:
        """Stop the embedded AWS, which saves; returns what it has printed."""
        self._server.terminate()
        return self._server.communicate()[0]

    def save(self) -> None:
        assert not page(self.here.endpoint_url, "/windlass/snapshot", method="POST")["problem"]

    def copies(self) -> int:
        return len(list((self.folder / "saved" / "databases").iterdir()))


def page(endpoint_url: str, path: str, method: str = "GET") -> Any:
    with build_opener(ProxyHandler({})).open(Request(endpoint_url + path, method=method), timeout=60) as answer:
        return json.load(answer)
