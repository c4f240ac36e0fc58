"""Airflow as its users and its operators see it."""

import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from local.dataplane import DataPlane, DataPlaneError
from tests.support import waiting
from tests.support.platform import Platform

HOST = "airflow.windlass.localhost"
PREFIX = "windlass-local"
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker-default")
ENDED = ("success", "failed")
PAUSE_SECONDS = 0.5


class Deployment:
    """The applied Airflow of a platform whose containers run."""

    def __init__(self, platform: Platform, data_plane: DataPlane) -> None:
        self.platform, self.data_plane = platform, data_plane
        self._token = ""

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.platform.endpoint_url,
            region_name="eu-west-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    # As a user.

    def request(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        context = ssl.create_default_context(cafile=str(self.data_plane.status().authority_path))
        port = self.platform.https_port
        connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=context)
        headers = {"Host": HOST, "Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            response = connection.getresponse()
            text = response.read().decode()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, json.loads(text) if is_json and text else text
        finally:
            connection.close()

    def location(self, path: str) -> str:
        """The `Location` header of the response for a path."""
        context = ssl.create_default_context(cafile=str(self.data_plane.status().authority_path))
        port = self.platform.https_port
        connection = http.client.HTTPSConnection("localhost", port, timeout=30, context=context)
        connection.request("GET", path, headers={"Host": HOST})
        with connection.getresponse() as response:
            location = response.headers["Location"]
        connection.close()
        return str(location)

    def password(self) -> str:
        return self.secret("airflow/first-user-password")

    def token(self) -> str:
        """An access token of the first user."""
        return str(self.log_in(self.password())[1]["access_token"])

    def log_in(self, password: str) -> tuple[int, Any]:
        return self.request("POST", "/auth/token", {"username": "admin", "password": password})

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """A request as the first user; retried while a component is being replaced."""

        def answer() -> Any:
            try:
                if not self._token:
                    status, response = self.log_in(self.password())
                    if status not in (200, 201):
                        return None
                    self._token = response["access_token"]
                status, response = self.request(method, f"/api/v2{path}", body, token=self._token)
            except OSError:
                return None
            if status in (401, 403):
                self._token = ""
            return (status, response) if status < 500 and status not in (401, 403) else None

        with self.with_diagnosis():
            status, response = wait_for(f"{method} {path}", answer, 60)
        assert status < 400, (method, path, status, response)
        return response

    def has_dag(self, dag_id: str) -> bool:
        status, _ = self.request("GET", f"/api/v2/dags/{dag_id}", token=self._token)
        return status == 200

    def trigger(self, dag_id: str, **conf: Any) -> "Run":
        run = self.api("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})
        return Run(self, dag_id, run["dag_run_id"])

    # As an operator.

    def commit(self, files: dict[str, str], message: str) -> None:
        """Push a commit to the repository that the deployment takes its DAGs from."""
        origin = self.platform.root / ".windlass" / "repositories" / "git.windlass.localhost" / "dags.git"
        with tempfile.TemporaryDirectory() as folder:
            git = ["git", "-C", folder, "-c", "user.name=Test", "-c", "user.email=test@localhost"]
            subprocess.run(["git", "clone", "--quiet", str(origin), folder], check=True)
            for name, text in files.items():
                (Path(folder) / name).write_text(text)
            subprocess.run([*git, "add", "--all"], check=True)
            subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", message], check=True)
            subprocess.run([*git, "push", "--quiet", "origin", "HEAD"], check=True)

    def tasks(self, component: str) -> list[dict[str, Any]]:
        ecs, cluster = self.client("ecs"), PREFIX
        arns = ecs.list_tasks(cluster=cluster, serviceName=f"{PREFIX}-airflow-{component}")["taskArns"]
        tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
        return [each for each in tasks if each["lastStatus"] == "RUNNING"]

    def task(self, component: str) -> dict[str, Any]:
        return wait_for(f"a running {component}", lambda: self.tasks(component), 60)[0]

    def main_process(self, component: str) -> int:
        name = "worker" if component.startswith("worker") else component
        (container,) = [each for each in self.task(component)["containers"] if each["name"] == name]
        return int(container["runtimeId"].rpartition("-")[2])

    def store(self, kind: str) -> dict[str, Any]:
        """The only data store of a kind (`cache` or `database`), from the data plane's status."""
        (store,) = [dict(each) for each in self.data_plane.status().stores if each["kind"] == kind]
        return store

    def secret(self, name: str) -> str:
        answer = self.client("secretsmanager").get_secret_value(SecretId=f"windlass/local/{name}")
        return str(answer["SecretString"])

    def apply(self, layer: str) -> None:
        """Run `./windlass apply` with the platform's current variables."""
        result = self.platform.windlass("apply", "local", "--layer", layer, "--yes")
        assert result.returncode == 0, result.stdout + result.stderr

    def kill(self, component: str) -> None:
        os.kill(self.main_process(component), signal.SIGKILL)

    def wait_until_steady(self, seconds: float = 120) -> None:
        """Wait until every service runs what was applied last."""
        with self.with_diagnosis():
            self.data_plane.wait_until_steady(seconds * waiting.PATIENCE)

    @contextmanager
    def with_diagnosis(self) -> Iterator[None]:
        """Adds the state of the services to a failure."""
        try:
            yield
        except (AssertionError, DataPlaneError) as error:
            error.add_note(self.diagnosis())
            raise

    def diagnosis(self) -> str:
        """The services that are not steady, with their events in ECS and their last log lines."""
        parts = []
        for each in self.data_plane.status().unsteady:
            (service,) = self.client("ecs").describe_services(cluster=PREFIX, services=[each.name])["services"]
            parts.append(each.summary)
            parts += [f"  {event['message']}" for event in service.get("events", [])[:8]]
            for log in each.logs:
                parts += [f"  {log.parent.name}/{log.name}:", *log.read_text(errors="replace").splitlines()[-15:]]
        return "\n".join(parts)

    def is_uploaded(self, run_id: str, task_id: str) -> bool:
        """Whether the bucket contains the log of a task."""
        s3 = self.client("s3")
        (bucket,) = [each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].endswith("-task-logs")]
        keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return any(f"run_id={run_id}/task_id={task_id}/" in key for key in keys)

    def delete_local_logs(self) -> int:
        """Delete every task log on the disks of workers and triggerers; returns how many there were."""
        folders = list(self.data_plane.settings.tasks_folder.glob("*/containers/*/own/opt-airflow/logs/dag_id=*"))
        for path in folders:
            shutil.rmtree(path)
        return len(folders)


class Run:
    """A DAG run."""

    def __init__(self, deployment: Deployment, dag_id: str, run_id: str) -> None:
        self.run_id = run_id
        self._deployment, self._path = deployment, f"/dags/{dag_id}/dagRuns/{run_id}"

    def state(self) -> str:
        return str(self._deployment.api("GET", self._path)["state"])

    def wait_for_end(self, seconds: float = 90) -> str:
        """Wait until it has ended; returns its state."""
        try:
            return str(wait_for(f"the end of {self._path}", lambda: (s := self.state()) in ENDED and s, seconds))
        except AssertionError as error:
            error.add_note(json.dumps(self._deployment.api("GET", f"{self._path}/taskInstances"), indent=2))
            raise

    def task_states(self) -> dict[str, str]:
        tasks = self._deployment.api("GET", f"{self._path}/taskInstances")["task_instances"]
        return {each["task_id"]: each["state"] for each in tasks}

    def tries(self) -> dict[str, int]:
        tasks = self._deployment.api("GET", f"{self._path}/taskInstances")["task_instances"]
        return {each["task_id"]: each["try_number"] for each in tasks}

    def log(self, task_id: str, number: int = 1) -> str:
        path = f"{self._path}/taskInstances/{task_id}/logs/{number}?full_content=true"
        return json.dumps(self._deployment.api("GET", path))

    def wait_for_task(self, task_id: str, state: str, seconds: float = 60) -> None:
        wait_for(f"{task_id} to be {state}", lambda: self.task_states().get(task_id) == state, seconds)


def wait_for(what: str, condition: Callable[[], Any], seconds: float) -> Any:
    """Wait; `seconds` is the limit on a quiet machine, where Airflow's programs start faster."""
    return waiting.wait_for(what, condition, seconds * waiting.PATIENCE, pause_seconds=PAUSE_SECONDS)
