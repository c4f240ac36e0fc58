"""Keep ECS from stopping this task while its Celery worker works: scale-in and deployments wait then.

Asks the worker for its active tasks and tells the ECS agent. Protection is for two hours at most, renewed half-way.
"""

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request

from celery import Celery

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


def main() -> None:
    for name in ("AIRFLOW__CELERY__BROKER_URL", "ECS_AGENT_URI"):
        if not os.environ.get(name):
            print(f"task-protection: {name} is not set; nothing to do", file=sys.stderr)
            raise SystemExit(1)
    seconds = float(os.environ.get("WINDLASS_PROTECTION_SECONDS", "15"))
    worker = f"celery@{socket.gethostname()}"
    app = Celery(broker=os.environ["AIRFLOW__CELERY__BROKER_URL"], set_as_current=False)
    app.conf.broker_transport_options = {"socket_timeout": 10, "socket_connect_timeout": 5}
    agent = Agent(os.environ["ECS_AGENT_URI"])
    said = ""
    while True:
        try:
            tasks = app.control.inspect(destination=[worker], timeout=5).active()
            # No answer says nothing about tasks: what was told stays, and is renewed while it is protection.
            busy = bool(tasks[worker]) if tasks and worker in tasks else agent.told
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
