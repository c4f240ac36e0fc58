"""Keep ECS from stopping this task while its Celery worker works: scale-in and deployments wait then.

Asks the worker for its active tasks and tells the ECS agent. Protection is for two hours at most, renewed half-way.
A task that Celery says is active for minutes is looked up in Airflow's database, because Celery goes on to list tasks
that ended while the broker was away, and the worker would be protected for ever.
"""

import contextlib
import json
import os
import re
import socket
import sys
import time
import urllib.error
import urllib.request
from typing import Any

import psycopg2
from celery import Celery

QUERY = "SELECT count(*) FROM task_instance WHERE state IN ('running', 'restarting') AND hostname = ANY(%s)"
MINUTES = 120
RENEW_SECONDS = 3600


class Agent:
    """The ECS agent's endpoint, and what it was told last."""

    def __init__(self, uri: str) -> None:
        self.url = uri + "/task-protection/v1/state"
        self.told: bool | None = None
        self.renew_at = 0.0

    def protect(self, wanted: bool) -> None:
        """Tell the agent where it does not know."""
        if wanted == self.told and (not wanted or time.monotonic() < self.renew_at):
            return
        body = {"ProtectionEnabled": wanted, **({"ExpiresInMinutes": MINUTES} if wanted else {})}
        request = urllib.request.Request(self.url, json.dumps(body).encode(), method="PUT")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = json.load(answer)
        if said.get("error") or said.get("failure"):
            raise OSError(said.get("error") or said["failure"])
        if wanted != self.told:
            print(f"task-protection: {'on' if wanted else 'off'}", flush=True)
        self.told, self.renew_at = wanted, time.monotonic() + RENEW_SECONDS


def is_busy(tasks: list[dict[str, Any]], trusted_seconds: float) -> bool:
    """Whether a task runs: any that began a moment ago, or one that Airflow knows of too."""
    began = [task.get("time_start") or time.time() for task in tasks]
    return any(time.time() - each < trusted_seconds for each in began) or (bool(began) and runs_here())


def runs_here() -> bool:
    """What Airflow's database says; yes while it cannot be asked."""
    name = socket.gethostname()
    hosts = [name, socket.getfqdn()]
    with contextlib.suppress(OSError):
        hosts.append(socket.gethostbyname(name))
    address = re.sub(r"^postgresql\+\w+", "postgresql", os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    try:
        connection = psycopg2.connect(address, connect_timeout=5, options="-c statement_timeout=5000")
    except psycopg2.Error:
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute(QUERY, (hosts,))
            return bool(cursor.fetchone()[0])
    except psycopg2.Error:
        return True
    finally:
        connection.close()


def main() -> None:
    for name in ("AIRFLOW__CELERY__BROKER_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "ECS_AGENT_URI"):
        if not os.environ.get(name):
            print(f"task-protection: {name} is not set; nothing to do", file=sys.stderr)
            raise SystemExit(1)
    seconds = float(os.environ.get("WINDLASS_PROTECTION_SECONDS", "15"))
    trusted_seconds = float(os.environ.get("WINDLASS_PROTECTION_TRUSTED_SECONDS", "120"))
    worker = f"celery@{socket.gethostname()}"
    app = Celery(broker=os.environ["AIRFLOW__CELERY__BROKER_URL"], set_as_current=False)
    app.conf.broker_transport_options = {"socket_timeout": 10, "socket_connect_timeout": 5}
    agent = Agent(os.environ["ECS_AGENT_URI"])
    said = ""
    while True:
        try:
            tasks = app.control.inspect(destination=[worker], timeout=5).active()
            # No answer says nothing about tasks: what was told stays, and is renewed while it is protection.
            busy = is_busy(tasks[worker], trusted_seconds) if tasks and worker in tasks else agent.told
            if busy is not None:
                agent.protect(busy)
            problem = "" if tasks else f"{worker} does not answer"
        except urllib.error.HTTPError as error:
            problem = f"the ECS agent answers {error.code}"
        except Exception as error:
            problem = f"{type(error).__name__}"
        if problem != said:
            said = problem
            print(f"task-protection: {problem or 'all is well again'}", file=sys.stderr, flush=True)
        time.sleep(seconds)


main()
