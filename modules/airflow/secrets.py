"""Which component gets which secret (A10, D04), and the two slots between which a rotation alternates. Pure."""

from collections.abc import Mapping
from typing import Literal

from modules.airflow.deployment import Airflow, Component
from modules.airflow.variables import READS_DAGS
from modules.containers import SecretReference

Helper = Literal["migrate", "wait", "queue-metrics", "task-protection", "db-clean"]
Slot = Literal["a", "b"]

VARIABLES: Mapping[str, str] = {
    "admin_database_url": "WINDLASS_ADMIN_DATABASE_URL",
    "database_url": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "broker_url": "AIRFLOW__CELERY__BROKER_URL",
    "fernet_keys": "AIRFLOW__CORE__FERNET_KEY",
    "jwt_secret": "AIRFLOW__API_AUTH__JWT_SECRET",
    "api_secret_key": "AIRFLOW__API__SECRET_KEY",
    "first_user_password": "WINDLASS_FIRST_USER_PASSWORD",
}
"""Environment variable of each field of `Secrets`."""

SECRETS_BY_CONTAINER: Mapping[Component | Helper, tuple[str, ...]] = {
    # Logs users in, encrypts connections, verifies tasks' tokens, signs requests for live logs.
    "api-server": ("database_url", "fernet_keys", "jwt_secret", "api_secret_key"),
    # Creates tasks' tokens and sends them to the queue. It uses no connection of a DAG.
    "scheduler": ("database_url", "broker_url", "jwt_secret"),
    # DAG files may read variables and connections during parsing, and those are encrypted.
    "dag-processor": ("database_url", "fernet_keys"),
    # Triggers use connections; requests for live logs are verified with the secret key.
    "triggerer": ("database_url", "fernet_keys", "api_secret_key"),
    # Tasks get variables and connections from the execution API, decrypted.
    "worker": ("database_url", "broker_url", "api_secret_key"),
    "migrate": (
        *("admin_database_url", "database_url", "first_user_password"),
        *("fernet_keys", "jwt_secret", "api_secret_key"),
    ),
    "wait": ("database_url",),
    "queue-metrics": ("broker_url",),
    "task-protection": ("broker_url", "database_url"),
    "db-clean": ("database_url",),
}
"""The secrets that each component and each sidecar needs, and no others."""

VERSIONS = "WINDLASS_VERSIONS"
"""Variable with the rotation numbers of a container's secrets, so that a rotation registers a new revision."""


def container_secrets(container: Component | Helper, airflow: Airflow) -> dict[str, SecretReference]:
    """Return the secrets of a container, by environment variable."""
    own: dict[str, SecretReference] = {
        VARIABLES[name]: getattr(airflow.secrets, name) for name in SECRETS_BY_CONTAINER[container]
    }
    return {**(airflow.dag_secrets if container in READS_DAGS else {}), **own}


def rotation_environment(container: Component | Helper, airflow: Airflow) -> dict[str, str]:
    """Return the variable with the rotation numbers of a container's secrets; empty without secrets."""
    versions = airflow.secrets.versions
    text = ",".join(f"{name}={versions[name]}" for name in sorted(SECRETS_BY_CONTAINER[container]) if name in versions)
    return {VERSIONS: text} if text else {}


def current_slot(version: int) -> Slot:
    """Return the slot in use: `a` for odd versions, `b` for even ones."""
    return "a" if version % 2 else "b"


def slot_rotation(slot: Slot, version: int) -> int:
    """Return the rotation number of a slot. Raising the version changes only the slot that was not in use."""
    return (version + 1) // 2 if slot == "a" else version // 2 + 1
