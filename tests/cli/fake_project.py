"""A project whose environments, synth and AWS are made up, so that commands are tested without them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cli.errors import BAD_CONFIGURATION, CommandError
from cli.project import Project

LAYERS = ("network", "data", "service")


def environment(name: str, *, production: bool = False, endpoint_url: str | None = None) -> Any:
    """An environment with what the commands look at."""
    return SimpleNamespace(
        name=name,
        is_production=production,
        aws=SimpleNamespace(region="eu-west-1", account_id="123456789012", endpoint_url=endpoint_url),
        state=SimpleNamespace(backend="s3", bucket="the-bucket"),
        state_key=lambda layer: f"{name}/{layer}.tfstate",
        services={},
        airflow=None,
    )


def stack_document(layer: str) -> dict[str, Any]:
    """The JSON of a stack with an S3 backend."""
    backend = {"bucket": "the-bucket", "key": f"dev/{layer}.tfstate", "region": "eu-west-1", "dynamodb_table": "locks"}
    document: dict[str, Any] = {
        "terraform": {
            "backend": {"s3": backend},
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}},
        },
        "provider": {"aws": [{"region": "eu-west-1"}]},
    }
    if layer == "bootstrap":
        document["resource"] = {
            "aws_s3_bucket": {"state": {"bucket": "the-bucket"}},
            "aws_dynamodb_table": {"locks": {"name": "locks"}},
        }
    return document


@dataclass(frozen=True, kw_only=True)
class FakeProject(Project):
    """Writes tiny stacks where the real synth writes real ones."""

    environments: Mapping[str, Any] = field(
        default_factory=lambda: {
            "dev": environment("dev"),
            "prod": environment("prod", production=True),
            "local": environment("local", endpoint_url="http://127.0.0.1:9"),
        }
    )
    refusal: str | None = None
    """What the guards say, if they refuse."""
    running: bool = True
    """Whether the embedded AWS runs."""
    states: dict[str, dict[str, Any] | Exception] = field(default_factory=dict)
    """The state under each key of the bucket, or why it cannot be read."""

    def environment(self, name: str) -> Any:
        """The made-up environment."""
        if name not in self.environments:
            known = ", ".join(sorted(self.environments))
            raise CommandError(f"no environment {name!r}; allowed: {known}", exit_code=BAD_CONFIGURATION)
        return self.environments[name]

    def synthesise(self, environment: Any) -> Mapping[str, Path]:
        """Write the tiny stacks, or refuse."""
        if self.refusal:
            raise CommandError(self.refusal, exit_code=BAD_CONFIGURATION)
        folders = {layer: self.stack_folder(environment, layer) for layer in ("bootstrap", *LAYERS)}
        for layer, folder in folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "cdk.tf.json").write_text(json.dumps(stack_document(layer)))
        return folders

    def state_store(self, environment: Any) -> Any:
        """A bucket with `states` in it."""

        def read(key: str) -> dict[str, Any]:
            found = self.states.get(key, {})
            if isinstance(found, Exception):
                raise found
            return found

        return SimpleNamespace(read=read, bucket_exists=lambda: True)

    def stack_folder(self, environment: Any, layer: str) -> Path:
        """As the real one."""
        return self.root / "cdktf.out" / "stacks" / f"{environment.name}-{layer}"

    def layers(self) -> tuple[str, ...]:
        """As the real one."""
        return LAYERS

    def embedded(self, environment: Any) -> Any:
        """An embedded AWS that only says whether it runs."""
        return SimpleNamespace(status=lambda: SimpleNamespace(running=self.running))

    def data_plane(self, environment: Any, *, parts: object = None) -> Any:
        """A data plane that runs nothing."""
        nothing = SimpleNamespace(running=False, services=(), problems=())
        return SimpleNamespace(
            start=lambda: None, wait_until_steady=lambda seconds: None, remove=lambda: None, status=lambda: nothing
        )

    def embedded_variables(self, environment: Any) -> dict[str, str]:
        """Keys that a test can recognise."""
        url = environment.aws.endpoint_url
        return (
            {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"} if url else {}
        )
