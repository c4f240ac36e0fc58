"""Keep ECS from stopping this task while its Celery worker works: scale-in and deployments wait then.

Asks the worker for its active tasks and tells the ECS agent. Protection is for two hours at most, renewed half-way.
A task that Celery says is active for minutes is looked up in Airflow's database, because Celery goes on to list tasks
that ended while the broker was away, and the worker would be protected for ever.

A worker that is never idle would hold up a deployment. So one of an old revision takes no new tasks while more tasks of
its service run than are desired, and takes them again when that ends. No error ever stops it from taking tasks.
"""

import contextlib
import functools
import json
import os
import re
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import psycopg2
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
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


class Revision:
    """Whether this task's revision is to work, as ECS sees it. A service bears the name of its family."""

    def __init__(self, uri: str) -> None:
        with urllib.request.urlopen(uri + "/task", timeout=5) as answer:
            self.task = json.load(answer)
        # One short try: without a way to ECS this must not hold up the protection.
        config = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1})
        self.ecs = boto3.client("ecs", region_name=self.task["TaskARN"].split(":")[3], config=config)

    def is_replaced(self) -> bool:
        """Whether the service wants another revision, and has more tasks than it wants, so that others do the work."""
        family = self.task["Family"]
        (service,) = self.ecs.describe_services(cluster=self.task["Cluster"], services=[family])["services"]
        (primary,) = [each for each in service["deployments"] if each["status"] == "PRIMARY"]
        own = f"{family}:{self.task['Revision']}"
        is_other = primary["taskDefinition"].split("/")[-1] != own
        return bool(is_other and service["runningCount"] > service["desiredCount"])


class Worker:
    """The Celery worker of this task."""

    def __init__(self, broker: str, queues: list[str]) -> None:
        self.name, self.queues = f"celery@{socket.gethostname()}", queues
        self.app = Celery(broker=broker, set_as_current=False)
        self.app.conf.broker_transport_options = {"socket_timeout": 10, "socket_connect_timeout": 5}
        self.takes = True

    def tasks(self) -> list[dict[str, Any]] | None:
        """What it works on; None where it does not answer."""
        answer = self.app.control.inspect(destination=[self.name], timeout=5).active() or {}
        return answer.get(self.name)

    def take(self, wanted: bool) -> None:
        """Have it take new tasks, or not. Said each time: Celery may lose either when its broker comes back."""
        tell = self.app.control.add_consumer if wanted else self.app.control.cancel_consumer
        for queue in self.queues:
            # Without a reply to wait for, this would wait for a broker that is away.
            tell(queue, destination=[self.name], reply=True, timeout=5)
        if wanted != self.takes:
            text = "takes tasks again" if wanted else "takes no new tasks: another revision replaces this one"
            print(f"task-protection: {self.name} {text}", flush=True)
        self.takes = wanted


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


def attempt(step: Callable[[], str], name: str, said: dict[str, str]) -> None:
    """Do a step; what is wrong is told once, and so is its end."""
    try:
        problem = step()
    except urllib.error.HTTPError as error:
        problem = f"the ECS agent answers {error.code}"
    except (BotoCoreError, ClientError) as error:
        problem = str(error)
    except Exception as error:
        problem = f"{type(error).__name__}"
    if problem != said.get(name, ""):
        said[name] = problem
        print(f"{name}: {problem or 'all is well again'}", file=sys.stderr, flush=True)


def main() -> None:
    for name in ("AIRFLOW__CELERY__BROKER_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "ECS_AGENT_URI"):
        if not os.environ.get(name):
            print(f"task-protection: {name} is not set; nothing to do", file=sys.stderr)
            raise SystemExit(1)
    seconds = float(os.environ.get("WINDLASS_PROTECTION_SECONDS", "15"))
    trusted_seconds = float(os.environ.get("WINDLASS_PROTECTION_TRUSTED_SECONDS", "120"))
    revision_seconds = float(os.environ.get("WINDLASS_REVISION_SECONDS", "60"))
    queues = [queue for queue in os.environ.get("WINDLASS_QUEUES", "").split(",") if queue]
    worker = Worker(os.environ["AIRFLOW__CELERY__BROKER_URL"], queues)
    agent = Agent(os.environ["ECS_AGENT_URI"])
    revision = functools.cache(Revision)
    said: dict[str, str] = {}
    ask_at = 0.0

    def protect() -> str:
        tasks = worker.tasks()
        # No answer says nothing about tasks: what was told stays, and is renewed while it is protection.
        busy = agent.told if tasks is None else is_busy(tasks, trusted_seconds)
        if busy is not None:
            agent.protect(busy)
        return f"{worker.name} does not answer" if tasks is None else ""

    def make_way() -> str:
        worker.take(not revision(os.environ["ECS_CONTAINER_METADATA_URI_V4"]).is_replaced())
        return ""

    while True:
        attempt(protect, "task-protection", said)
        if time.monotonic() >= ask_at:
            attempt(make_way, "task-protection: revision", said)
            ask_at = time.monotonic() + revision_seconds
        time.sleep(seconds)


main()
