"""Write docker/compose.yaml and docker/compose.env.example from `environments/local.toml`'s task definitions (A03).

`make compose` runs this; a test checks that both files are current. PostgreSQL, Valkey and a proxy with a certificate
of its own replace RDS, ElastiCache and the load balancer. An authority of the file's own signs for the first two (D07).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from config import load
from modules.airflow.variables import BROKER_TLS
from modules.containers import ROOT_CERTIFICATES_FILE, ROOT_CERTIFICATES_VOLUME
from scripts.compose_services import AUTHORITY, Composed, composed, escaped
from scripts.compose_values import Secret
from workspace import WINDLASS_FOLDER

ROOT = WINDLASS_FOLDER
COMPOSE = ROOT / "docker" / "compose.yaml"
EXAMPLE = ROOT / "docker" / "compose.env.example"
ENVIRONMENT = "local"
HEADER = """\
# Written by scripts/compose.py from the task definitions of environments/local.toml: `make compose` writes it again.
# docker/README.md says how to start it.
"""
FORMS = {
    "AIRFLOW_DATABASE_URL": "postgresql://airflow_a:PASSWORD@database:5432/airflow",
    "DATABASE_URL": "postgresql://app:POSTGRES_PASSWORD@database:5432/app",
    "AIRFLOW_BROKER_URL": f"rediss://default:VALKEY_PASSWORD@cache:6379/0?{BROKER_TLS}",
    "AIRFLOW_FERNET_KEYS": "32 random bytes in URL-safe base64; in a rotation the new key, a comma, the old one",
}
"""What a value looks like, where it is more than random letters and digits."""


AUTHORITY_FOLDER = "/authority"
CERTIFICATES = f"""\
set -e
umask 077
cd {AUTHORITY_FOLDER}
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
test -s authority.pem || openssl req -x509 $key -days 3650 -subj "/CN=Airflow on this machine" \
    -keyout authority.key -out authority.pem
for name in database cache; do
    openssl req $key -subj "/CN=$name" -addext "subjectAltName=DNS:$name" -keyout $name.key -out $name.csr
    openssl x509 -req -in $name.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 365 \
        -copy_extensions copy -out $name.pem
    chown 999:999 $name.key
done
cp authority.pem {ROOT_CERTIFICATES_FILE}
chmod 644 *.pem {ROOT_CERTIFICATES_FILE}
"""
"""Runs in the image of PostgreSQL, which has openssl. Both servers run as user 999, whose alone the keys are."""


def main() -> None:
    """Write both files."""
    import bindings

    bindings.install()

    from layers.synthesis import terraform_json  # only now, since it loads the bindings

    environment = load(ENVIRONMENT, ROOT)
    compose, example = files(terraform_json(environment), environment.prefix)
    COMPOSE.write_text(compose, encoding="utf-8")
    EXAMPLE.write_text(example, encoding="utf-8")


def files(documents: Mapping[str, Mapping[str, Any]], prefix: str) -> tuple[str, str]:
    """The text of the compose file and of the example of its secrets."""
    tasks = composed(documents, prefix)
    services = {**_stand_ins(documents, tasks), **tasks.services}
    volumes = {"authority": {}, "database": {}, **dict(sorted(tasks.volumes.items()))}
    document = {"name": prefix, "x-programs": _programs(services), "services": services, "volumes": volumes}
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True)
    return HEADER + text, _example(tasks.secrets)


def _stand_ins(documents: Mapping[str, Mapping[str, Any]], tasks: Composed) -> dict[str, Any]:
    data = documents["data"]["resource"]
    (database,) = data["aws_db_instance"].values()
    (cache,) = data["aws_elasticache_replication_group"].values()
    name, port = "airflow-api-server", 8080
    address = urlsplit(tasks.services[name]["environment"]["AIRFLOW__API__BASE_URL"])
    # The port of the address, outside and inside: Airflow compares it with that of a form's referrer.
    public_port = address.port or 443
    postgres = f"docker.io/library/postgres:{database['engine_version'].partition('.')[0]}"
    keys, signed = [f"authority:{AUTHORITY_FOLDER}:ro"], {AUTHORITY: {"condition": "service_completed_successfully"}}
    return {
        AUTHORITY: {
            "image": postgres,
            "entrypoint": ["/bin/sh", "-c"],
            "command": [escaped(CERTIFICATES)],
            "volumes": [
                f"authority:{AUTHORITY_FOLDER}",
                f"{ROOT_CERTIFICATES_VOLUME}:{ROOT_CERTIFICATES_FILE.rpartition('/')[0]}",
            ],
        },
        "database": {
            "image": postgres,
            "command": [
                "postgres",
                *("-c", "ssl=on"),
                *("-c", f"ssl_cert_file={AUTHORITY_FOLDER}/database.pem"),
                *("-c", f"ssl_key_file={AUTHORITY_FOLDER}/database.key"),
            ],
            "environment": {
                "POSTGRES_USER": database["username"],
                "POSTGRES_PASSWORD": "${POSTGRES_PASSWORD:?set it in docker/compose.env}",
            },
            "healthcheck": {"test": ["CMD", "pg_isready", "-U", database["username"]], "interval": "5s"},
            "volumes": ["database:/var/lib/postgresql/data", *keys],
            "depends_on": signed,
        },
        "cache": {
            "image": f"docker.io/valkey/valkey:{cache['engine_version']}",
            "command": [
                *("valkey-server", "--maxmemory-policy", "noeviction", "--requirepass", "${VALKEY_PASSWORD:?}"),
                *("--port", "0", "--tls-port", "6379", "--tls-auth-clients", "no"),
                *("--tls-cert-file", f"{AUTHORITY_FOLDER}/cache.pem"),
                *("--tls-key-file", f"{AUTHORITY_FOLDER}/cache.key"),
            ],
            "healthcheck": {
                "test": ["CMD", "valkey-cli", "--tls", "--cacert", f"{AUTHORITY_FOLDER}/authority.pem", "ping"],
                "interval": "5s",
            },
            "volumes": keys,
            "depends_on": signed,
        },
        "load-balancer": {
            "image": "docker.io/library/caddy:2.10",
            "command": [
                "caddy",
                "reverse-proxy",
                "--internal-certs",
                "--from",
                f"{address.hostname or 'localhost'}:{public_port}",
                "--to",
                f"{name}:{port}",
            ],
            "ports": [f"127.0.0.1:{public_port}:{public_port}"],
        },
    }


def _programs(services: dict[str, Any]) -> dict[str, str]:
    """Programs in commands, named once; equal ones become the same object, which YAML can then refer to."""
    shared: dict[str, str] = {}
    for service in services.values():
        for words in (service.get("command", []), service.get("healthcheck", {}).get("test", [])):
            words[:] = [shared.setdefault(word, word) if "\n" in word else word for word in words]
    return {f"program-{number}": program for number, program in enumerate(shared, start=1)}


def _example(secrets: Mapping[str, Secret]) -> str:
    lines = ["# Written by scripts/compose.py. Copy it to docker/compose.env, which git ignores, and fill it in."]
    described = {name: secret.description for name, secret in secrets.items()}
    described |= {
        "POSTGRES_PASSWORD": "Password of PostgreSQL's first user, which DATABASE_URL has too",
        "VALKEY_PASSWORD": "Password of Valkey's user `default`, which AIRFLOW_BROKER_URL has too",
    }
    for name, description in sorted(described.items()):
        form = f": {FORMS[name]}" if name in FORMS else ""
        lines += ["", f"# {description}{form}", f"{name}="]
    return "\n".join(lines) + "\n"


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML has no types
    """Programs as blocks that can be read, each of them once."""

    def ignore_aliases(self, data: Any) -> bool:
        return not (isinstance(data, str) and "\n" in data)


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


if __name__ == "__main__":
    main()
