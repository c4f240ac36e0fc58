"""Airflow's secrets, in the data layer: made by AWS, put together in flight, rotated by raising a number (A10, D03)."""

from collections.abc import Mapping
from dataclasses import dataclass

from constructs import Construct

from config import Environment
from layers.airflow.database_proxy import AirflowDatabaseProxy
from layers.airflow.names import airflow_of, git_secret, own_git_secrets
from layers.outputs import NetworkOutputs
from modules.airflow import current_slot, slot_rotation
from modules.airflow.secrets import Slot
from modules.elasticache import ValkeyOutputs
from modules.rds import DatabaseProxyOutputs, PostgreSqlOutputs
from modules.secrets import (
    DerivedSecret,
    DerivedSecretInputs,
    EmptySecret,
    EmptySecretInputs,
    GeneratedSecret,
    GeneratedSecretInputs,
    GeneratedSecretOutputs,
    SecretStore,
)

BROKER_DATABASE = 1
"""Number of the broker's database in the cache; web services use 0."""

SLOTS: tuple[Slot, ...] = ("a", "b")


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What the secrets are put together from."""

    store: SecretStore
    network: NetworkOutputs
    database: PostgreSqlOutputs
    cache: ValkeyOutputs
    cache_password: GeneratedSecretOutputs


class AirflowSecrets(Construct):
    """The secrets of one deployment, by key (see `layers.airflow.names`)."""

    arns: Mapping[str, str]
    database_proxy: DatabaseProxyOutputs | None = None

    def __init__(self, scope: Construct, id_: str, environment: Environment, sources: Sources) -> None:
        super().__init__(scope, id_)
        self._environment, self._store, self._settings = environment, sources.store, airflow_of(environment)
        settings = self._settings
        self.arns = {
            "api-secret-key": self._generated("api-secret-key", "Signs sessions", settings.api_secret_key_version),
            "jwt-secret": self._generated("jwt-secret", "Signs the tokens of tasks", settings.jwt_secret_version),
            "first-user-password": self._generated(
                "first-user-password", "Password of the first user", settings.first_user_password_version, length=24
            ),
            "database-url": self._database_url(sources),
            "fernet-keys": self._fernet_keys(),
            "broker-url": self._broker_url(sources),
            **{git_secret(name): self._git(name) for name in own_git_secrets(environment)},
        }

    def _generated(self, key: str, description: str, version: int, *, length: int = 64) -> str:
        inputs = GeneratedSecretInputs(
            store=self._store,
            name=f"airflow/{key}",
            description=description,
            rotation=version,
            length=length,
            readable_in_terraform=False,
        )
        return GeneratedSecret(self, key, inputs).outputs.secret_arn

    def _slots(self, key: str, description: str, version: int, *, fernet: bool = False) -> dict[Slot, str]:
        """The values of both slots. Raising the version makes a new one for the slot that is not in use."""
        return {
            slot: GeneratedSecret(
                self,
                f"{key}-{slot}",
                GeneratedSecretInputs(
                    store=self._store,
                    name=f"airflow/{key}-{slot}",
                    description=f"{description}, slot {slot}",
                    rotation=slot_rotation(slot, version),
                    encoding="base64" if fernet else "plain",
                ),
            ).outputs.value_expression
            for slot in SLOTS
        }

    def _database_url(self, sources: Sources) -> str:
        name, version = self._settings.database_name, self._settings.database_password_version
        slot = current_slot(version)
        passwords = self._slots("database-password", "Password of Airflow's database user", version)
        server: DatabaseProxyOutputs | PostgreSqlOutputs = sources.database
        if self._settings.database_proxy is not None:
            server = self.database_proxy = AirflowDatabaseProxy(
                self, "database-proxy", self._environment, sources.network, self._store, sources.database, passwords
            ).outputs
        # A05: the password is letters and digits, and every part of the URL is there.
        url = f"postgresql://{name}_{slot}:{passwords[slot]}@{server.address}:{server.port}/{name}"
        made_of: dict[str, str | int] = {"rotation": version, "address": server.endpoint, "database": name}
        return self._derived("database-url", "URL of Airflow's database", url, made_of)

    def _fernet_keys(self) -> str:
        version = self._settings.fernet_key_version
        keys = self._slots("fernet-key", "Encrypts connections and variables", version, fernet=True)
        current = current_slot(version)
        previous: Slot = "b" if current == "a" else "a"
        return self._derived(
            "fernet-keys",
            "The current Fernet key and the one before",
            f"{keys[current]},{keys[previous]}",
            {"rotation": version},
        )

    def _broker_url(self, sources: Sources) -> str:
        cache, password = sources.cache, sources.cache_password
        address = f"{cache.primary_endpoint_address}:{cache.port}"
        # Celery uses TLS only where the URL says how certificates are checked.
        url = (
            f"rediss://{cache.username}:{password.value_expression}@{address}/{BROKER_DATABASE}?ssl_cert_reqs=required"
        )
        made_of: dict[str, str | int] = {"rotation": password.rotation, "address": address, "username": cache.username}
        return self._derived("broker-url", "URL of the broker", url, made_of)

    def _derived(self, key: str, description: str, value: str, made_of: Mapping[str, str | int]) -> str:
        inputs = DerivedSecretInputs(
            store=self._store,
            name=f"airflow/{key}",
            description=description,
            value_expression=value,
            made_of=made_of,
        )
        return DerivedSecret(self, key, inputs).outputs.secret_arn

    def _git(self, repository: str) -> str:
        inputs = EmptySecretInputs(
            store=self._store,
            name=f"airflow/git/{repository}",
            description=f"Credentials of the git repository {repository}; put the value in yourself",
        )
        return EmptySecret(self, git_secret(repository), inputs).outputs.secret_arn
