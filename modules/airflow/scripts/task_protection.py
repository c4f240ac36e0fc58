"""Keep ECS from stopping this task while its Celery worker is busy: scale-in and deployments wait then.

Queries the worker for its active tasks, and sets task protection at the ECS agent, for two hours, renewed half-way.
A task that Celery lists as active for minutes is looked up in Airflow's database too, because Celery still lists tasks
that ended while the broker was away, and the worker would be protected forever.

A worker that is always busy would block a deployment. So a worker of an old revision takes no new tasks while more
tasks of its service run than desired, and takes them again afterwards. No error ever stops it from taking tasks.
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
    """The task protection endpoint of the ECS agent, and the state that was last set."""

    def __init__(self, uri: str) -> None:
        self.url = uri + "/task-protection/v1/state"
        self.protected: bool | None = None
        self.renew_at = 0.0

    def protect(self, wanted: bool) -> None:
        """Set the protection, unless it is set already and not due for renewal."""
        if wanted == self.protected and (not wanted or time.monotonic() < self.renew_at):
            return
        body = {"ProtectionEnabled": wanted, **({"ExpiresInMinutes": MINUTES} if wanted else {})}
        request = urllib.request.Request(self.url, json.dumps(body).encode(), method="PUT")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:
            reply = json.load(answer)
        if reply.get("error") or reply.get("failure"):
            raise OSError(reply.get("error") or reply["failure"])
        if wanted != self.protected:
            print(f"task-protection: {'on' if wanted else 'off'}", flush=True)
        self.protected, self.renew_at = wanted, time.monotonic() + RENEW_SECONDS


class Revision:
    """Revision of this task, compared with its service's. The service has the name of the task definition family."""

    def __init__(self, uri: str) -> None:
        with urllib.request.urlopen(uri + "/task", timeout=5) as answer:
            self.task = json.load(answer)
        # One short attempt: if ECS cannot be reached, this must not delay the protection.
        config = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1})
        self.ecs = boto3.client("ecs", region_name=self.task["TaskARN"].split(":")[3], config=config)

    def is_replaced(self) -> bool:
        """Whether the service deploys another revision and runs more tasks than desired, so that others do the work."""
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
        """Active tasks; None if the worker does not answer."""
        answer = self.app.control.inspect(destination=[self.name], timeout=5).active() or {}
        return answer.get(self.name)

    def take(self, wanted: bool) -> None:
        """Start or stop consuming. Sent every time: Celery may lose either when its broker comes back."""
        set_consumer = self.app.control.add_consumer if wanted else self.app.control.cancel_consumer
        for queue in self.queues:
            # Without a reply this would block while the broker is unavailable.
            set_consumer(queue, destination=[self.name], reply=True, timeout=5)
        if wanted != self.takes:
            text = "takes tasks again" if wanted else "takes no new tasks: another revision replaces this one"
            print(f"task-protection: {self.name} {text}", flush=True)
        self.takes = wanted


def is_busy(tasks: list[dict[str, Any]], trusted_seconds: float) -> bool:
    """Whether a task runs: one that started recently, or one that Airflow's database lists too."""
    started = [task.get("time_start") or time.time() for task in tasks]
    return any(time.time() - each < trusted_seconds for each in started) or (bool(started) and runs_here())


def runs_here() -> bool:
    """Whether Airflow's database lists a running task of this host; true while it cannot be read."""
    name = socket.gethostname()
    hosts = [name, socket.getfqdn()]
    with contextlib.suppress(OSError):
        hosts.append(socket.gethostbyname(name))
    address = re.sub(r"^postgresql\+\w+", "postgresql", os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    try:
        connection = psycopg2.connect(address, connect_timeout=5)
    except psycopg2.Error:
        return True
    try:
        with connection.cursor() as cursor:
            # Not in `options`: RDS Proxy refuses a connection that has them.
            cursor.execute("SET statement_timeout = 5000")
            cursor.execute(QUERY, (hosts,))
            return bool(cursor.fetchone()[0])
    except psycopg2.Error:
        return True
    finally:
        connection.close()


def attempt(step: Callable[[], str], name: str, reported: dict[str, str]) -> None:
    """Run a step; log a problem once, and its end."""
    try:
        problem = step()
    except urllib.error.HTTPError as error:
        problem = f"the ECS agent answers {error.code}"
    except (BotoCoreError, ClientError) as error:
        problem = str(error)
    except Exception as error:
        problem = f"{type(error).__name__}"
    if problem != reported.get(name, ""):
        reported[name] = problem
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
    reported: dict[str, str] = {}
    next_check = 0.0

    def protect() -> str:
        tasks = worker.tasks()
        # No answer says nothing about tasks: the last state is kept, and protection is renewed.
        busy = agent.protected if tasks is None else is_busy(tasks, trusted_seconds)
        if busy is not None:
            agent.protect(busy)
        return f"{worker.name} does not answer" if tasks is None else ""

    def drain() -> str:
        worker.take(not revision(os.environ["ECS_CONTAINER_METADATA_URI_V4"]).is_replaced())
        return ""

    while True:
        attempt(protect, "task-protection", reported)
        if time.monotonic() >= next_check:
            attempt(drain, "task-protection: revision", reported)
            next_check = time.monotonic() + revision_seconds
        time.sleep(seconds)


main()
