"""Commands of Airflow's containers: the image's own, and the short programs of `scripts/`.

The programs are part of the task definition, as `python -c`. So the official image works unchanged, and a program
changes together with the task definition that uses it.
"""

from functools import cache
from pathlib import Path

from modules.airflow.deployment import API_SERVER_PORT, Airflow, Component, WorkerSettings

SCRIPTS = Path(__file__).resolve().parent / "scripts"


@cache
def script(name: str) -> tuple[str, ...]:
    """Return the command that runs a program of `scripts/` in any image with Python.

    Args:
        name: the file's name without `.py`.
    """
    text = (SCRIPTS / f"{name}.py").read_text(encoding="utf-8")
    # Terraform evaluates a task definition as a template, in which "${" starts an expression.
    return ("python", "-c", text.replace("${", "$${"))


def component_command(component: Component, airflow: Airflow, worker: WorkerSettings | None) -> tuple[str, ...]:
    """Return the command of a component's main container, for the official image's entry point."""
    if component == "api-server":
        # The load balancer terminates TLS; FORWARDED_ALLOW_IPS says which proxies are trusted.
        processes = str(airflow.api_server_processes)
        return (
            *("api-server", "--port", str(API_SERVER_PORT), "--workers", processes, "--proxy-headers"),
            # Airflow has one option for this and two other time-outs, and no setting.
            *("--worker-timeout", str(airflow.keep_alive_seconds)),
        )
    if component == "worker":
        assert worker is not None
        return (
            *("celery", "worker", "--queues", ",".join(worker.queues)),
            *("--concurrency", str(worker.concurrency)),
        )
    return (component,)
