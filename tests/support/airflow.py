"""Airflow in one stack: its secrets, storage and services, applied with real Terraform on an embedded AWS.

Database, cache, load balancer, network and cluster are created outside Terraform or only named: the provider
waits for them for minutes, and their own tests apply them.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cdktf import App, TerraformStack
from pydantic_core import to_jsonable_python

from config import Environment, load
from layers import images
from layers.addresses import readable
from layers.airflow.context import AirflowContext
from layers.airflow.data_layer import stored
from layers.airflow.secrets import AirflowSecrets, Sources
from layers.airflow.service_layer import airflow_service
from layers.airflow.storage import AirflowStorage
from layers.airflow_names import airflow_images
from layers.outputs import DataOutputs
from layers.provider import add_provider
from modules.elasticache import ValkeyOutputs
from modules.rds import PostgreSqlOutputs
from modules.registry import PullThroughCache, PullThroughCacheInputs
from modules.secrets import GeneratedSecret, GeneratedSecretInputs, SecretStore
from tests.support.documents import ROOT
from tests.support.strategies import ACCOUNT, REGION, Terraform

DATABASE = PostgreSqlOutputs(
    address="database.test",
    port="5432",
    endpoint="database.test:5432",
    identifier="windlass-local",
    arn=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:windlass-local",
    resource_id="db-1",
    database_name="app",
    username="app",
    replica_addresses={},
)
CACHE = ValkeyOutputs(
    primary_endpoint_address="cache.test",
    reader_endpoint_address="cache-ro.test",
    port="6379",
    username="default",
    replication_group_id="windlass-local",
    arn=f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:windlass-local",
)


def environment(endpoint_url: str, **airflow: Any) -> Environment:
    """The local environment with Airflow alone, and changes to its section."""
    data = to_jsonable_python(load("local", ROOT))
    data["aws"]["endpoint_url"] = endpoint_url
    data["load_balancer"]["https"] = False
    data["dns"] = None
    data["services"] = {}
    data["airflow"] |= airflow
    return Environment.model_validate_json(json.dumps(data))


@dataclass(frozen=True, kw_only=True)
class AirflowTerraform(Terraform):
    """Terraform on one stack with Airflow."""

    namespace_id: str

    def write_airflow(self, **airflow: Any) -> None:
        """Write the stack, with changes to the section."""
        wanted = environment(self.base.endpoint_url, **airflow)
        self.put(wanted, self._document(wanted, self.folder / "synth"))

    def _document(self, wanted: Environment, folder: Path) -> dict[str, Any]:
        app = App(outdir=str(folder), stack_traces=False, skip_backend_validation=True)
        stack = TerraformStack(app, "local-airflow")
        add_provider(stack, wanted, "service")
        context = self.base.context(wanted)
        network = replace(context.network, namespace_id=self.namespace_id)
        store = SecretStore(path=wanted.secret_path(), recovery_window_in_days=0)
        password = GeneratedSecret(
            stack, "cache-password", GeneratedSecretInputs(store=store, name="cache/password", description="Cache")
        ).outputs
        sources = Sources(store=store, network=network, database=DATABASE, cache=CACHE, cache_password=password)
        settings = wanted.airflow
        assert settings is not None
        secrets = AirflowSecrets(stack, "airflow-secrets", wanted, settings, sources)
        storage = AirflowStorage(stack, "airflow-storage", wanted, settings, network)
        registries = images.cached_registries(airflow_images(settings), wanted)
        if registries:
            PullThroughCache(stack, "cache", PullThroughCacheInputs(prefix=wanted.prefix, registries=registries))
        data = DataOutputs(
            database_identifier=DATABASE.identifier,
            database_url_secret_arn=password.secret_arn,
            repository_arns={"airflow": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/windlass-local/airflow"},
        )
        shared = replace(context, network=network, data=data)
        airflow = AirflowContext(shared=shared, settings=settings, data=stored(secrets, storage))
        airflow_service(stack, airflow, "http://airflow.windlass.localhost")
        app.synth()
        document = readable(json.loads((folder / "stacks" / "local-airflow" / "cdk.tf.json").read_text()))
        del document["terraform"]["backend"]
        return document
