"""Mistakes in connections to databases and caches (D07)."""

import json
from collections.abc import Callable
from typing import Any

from tests.guards.mistakes import Change, Mistake, in_container, resource
from tests.support.documents import Documents

Containers = dict[str, dict[str, Any]]
SAYS, HAS = "nothing_says_that_it_does_not_verify", "clients_have_what_they_verify_with"
ROOTS = "/certificates/aws.pem"
DATABASE_URL = "postgresql://app:${ephemeral.x.password}@${aws_db_instance.database_instance.address}:5432/app"
CACHE_URL = "rediss://default:${ephemeral.x.password}@cache.example.com:6379/0"


def in_task(name: str, change: Callable[[Containers], object]) -> Change:
    """Change the containers of a task definition, by name."""

    def apply(documents: Documents) -> None:
        body = resource(documents, "service", "aws_ecs_task_definition", name)
        containers = json.loads(body["container_definitions"])
        change({each["name"]: each for each in containers})
        body["container_definitions"] = json.dumps(containers)

    return apply


def variable(container: str, name: str, value: str) -> Callable[[Containers], None]:
    """Set a variable of a container."""

    def apply(containers: Containers) -> None:
        environment = containers[container]["environment"]
        environment[:] = [each for each in environment if each["name"] != name] + [{"name": name, "value": value}]

    return apply


def without_variable(container: str, name: str) -> Callable[[Containers], None]:
    def apply(containers: Containers) -> None:
        environment = containers[container]["environment"]
        environment[:] = [each for each in environment if each["name"] != name]

    return apply


def secret(name: str, value: str) -> Change:
    """Set what Terraform writes into a secret."""

    def apply(documents: Documents) -> None:
        documents["data"]["resource"]["aws_secretsmanager_secret_version"][f"{name}_version"]["secret_string_wo"] = (
            value
        )

    return apply


def broker(query: str) -> Change:
    return secret("airflow_broker-url", CACHE_URL + query)


MISTAKES = (
    Mistake(SAYS, "encrypted and not verified", secret("database-url", f"{DATABASE_URL}?sslmode=require"), also=(HAS,)),
    Mistake(
        SAYS,
        "a host name that is not compared",
        secret("database-url", f"{DATABASE_URL}?sslmode=verify-ca&sslrootcert={ROOTS}"),
        also=(HAS,),
    ),
    Mistake(
        SAYS,
        "a broker that nobody verifies",
        broker("?ssl_cert_reqs=none"),
        also=(HAS,),
    ),
    Mistake(
        SAYS,
        "the same in Python's words",
        broker("?ssl_cert_reqs=CERT_NONE"),
        also=(HAS,),
    ),
    Mistake(
        SAYS,
        "a broker by any name",
        secret(
            "airflow_broker-url", f"{CACHE_URL}?ssl_cert_reqs=required&ssl_check_hostname=false&ssl_ca_certs={ROOTS}"
        ),
    ),
    Mistake(
        SAYS,
        "a cache without TLS",
        secret("cache-url", CACHE_URL.replace("rediss://", "redis://")),
    ),
    Mistake(SAYS, "a weaker PGSSLMODE", in_task("scheduler", variable("wait", "PGSSLMODE", "require")), also=(HAS,)),
    Mistake(SAYS, "a variable of the service", in_task("blue", variable("web", "DB_OPTIONS", "sslmode=prefer"))),
    Mistake(
        SAYS,
        "a connection's extras in JSON",
        in_task("worker", variable("worker", "EXTRAS", '{"extra": {"sslmode": "allow"}}')),
    ),
    Mistake(
        SAYS,
        "Node without verification",
        in_task("blue", variable("web", "NODE_TLS_REJECT_UNAUTHORIZED", "0")),
    ),
    Mistake(
        SAYS,
        "a program that verifies nothing",
        in_task("scheduler", lambda each: each["queue-metrics"].update(command=["python", "-c", "ssl.CERT_NONE"])),
    ),
    Mistake(HAS, "no mode at all in the URL", secret("database-url", f"{DATABASE_URL}?sslrootcert={ROOTS}")),
    Mistake(
        HAS,
        "a sidecar without PGSSLMODE",
        in_task("worker", without_variable("task-protection", "PGSSLMODE")),
    ),
    Mistake(
        HAS,
        "a container without the file",
        in_task(
            "blue",
            lambda each: each["web"].update(
                mountPoints=[{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}]
            ),
        ),
    ),
    Mistake(HAS, "a container that does not wait for it", in_task("blue", lambda each: each["web"].pop("dependsOn"))),
    Mistake(
        HAS,
        "a file without certificates",
        in_task("blue", variable("root-certificates", "WINDLASS_ROOT_CERTIFICATES", "none")),
    ),
    Mistake(HAS, "a file elsewhere", in_container(ROOTS, "/elsewhere/aws.pem")),
)
