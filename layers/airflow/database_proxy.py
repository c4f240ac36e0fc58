"""RDS Proxy between Airflow and the database, with a login for each of the two password slots."""

import json
from collections.abc import Mapping

from constructs import Construct

from config import Environment
from config.airflow import Airflow
from config.airflow.database_proxy import DatabaseProxy
from layers.airflow_names import database_proxy_name
from layers.outputs import NetworkOutputs
from layers.reachability import DATABASE_PROXY
from modules import rds
from modules.airflow import slot_rotation
from modules.airflow.secrets import Slot
from modules.secrets import DerivedSecret, DerivedSecretInputs, DerivedSecretOutputs, SecretStore


class AirflowDatabaseProxy(Construct):
    """Both database users can always log in, so a rotation changes one secret and leaves the proxy alone."""

    outputs: rds.DatabaseProxyOutputs

    def __init__(
        self,
        scope: Construct,
        id_: str,
        environment: Environment,
        airflow: Airflow,
        proxy: DatabaseProxy,
        network: NetworkOutputs,
        store: SecretStore,
        database: rds.PostgreSqlOutputs,
        passwords: Mapping[Slot, str],
    ) -> None:
        super().__init__(scope, id_)
        aws = environment.aws
        self._store, self._name, self._version = store, airflow.database_name, airflow.database_password_version
        logins = {slot: self._login(slot, password) for slot, password in passwords.items()}
        inputs = rds.DatabaseProxyInputs(
            name=database_proxy_name(environment),
            account=aws.account,
            db_instance_identifier=database.identifier,
            network=rds.Network(
                subnet_ids=network.isolated_subnet_ids,
                security_group_ids=[network.security_group_ids[DATABASE_PROXY]],
            ),
            login_secret_arns={slot: login.stable_secret_arn for slot, login in logins.items()},
            depends_on=[login.value_address for login in logins.values()],
            kms_key_arn=store.kms_key_arn,
            pool=rds.ConnectionPool(
                max_connections_percent=proxy.max_connections_percent,
                connection_borrow_timeout_seconds=proxy.connection_borrow_timeout_seconds,
            ),
            idle_client_timeout_seconds=proxy.idle_client_timeout_seconds,
            log_retention_days=environment.cluster.logs_retention_days,
            log_kms_key_arn=network.kms_key_arn,
        )
        self.outputs = rds.DatabaseProxy(self, "proxy", inputs).outputs

    def _login(self, slot: Slot, password: str) -> DerivedSecretOutputs:
        """A secret in the format that RDS Proxy expects."""
        username = f"{self._name}_{slot}"
        inputs = DerivedSecretInputs(
            store=self._store,
            name=f"airflow/database-login-{slot}",
            description=f"Login of Airflow's database user {username} at the proxy",
            # The password is letters and digits, so it needs no escape in JSON either (A05).
            value_expression=json.dumps({"username": username, "password": password}),
            triggers={"rotation": slot_rotation(slot, self._version), "username": username},
        )
        return DerivedSecret(self, f"login-{slot}", inputs).outputs
