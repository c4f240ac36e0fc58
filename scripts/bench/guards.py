"""What the guards add to a synth: processor time of checking the finished JSON, in this process."""

import json
import statistics
import time
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import bindings
from scripts.bench.process import ROOT
from scripts.bench.services import RAISED
from scripts.bench.table import Progress, Row, Table

SERVICES = 100


def guard_seconds(times: int, environment: Any, documents: dict[str, Any]) -> float:
    """The median of some runs, each without a cache."""
    from layers.guard_intent import run_guards

    runs = []
    for _ in range(times):
        for name in ("guards.plain_text", "guards.rules_transport"):
            _forget(name)
        started = time.process_time()
        run_guards(environment, documents)
        runs.append(time.process_time() - started)
    return statistics.median(runs)


def _forget(module: str) -> None:
    """Empty every cache of a module."""
    for value in vars(import_module(module)).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def rows(times: int, progress: Progress) -> Iterator[Row]:
    """A row for each environment, and one for production with a hundred services."""
    bindings.install()
    from config import Environment, environment_names, load
    from layers.synthesis import terraform_json

    for name in environment_names(ROOT):
        progress(f"guards over {name}")
        environment = load(name, ROOT)
        yield _row(name, times, environment, terraform_json(environment))
    progress(f"guards over prod with {SERVICES} services")
    environment = load("prod", ROOT)
    template = tomllib.loads(Path(ROOT, "environments/prod.toml").read_text(encoding="utf-8"))["services"]["web"]
    data = json.loads(environment.model_dump_json())
    data["services"] = {
        f"web-{number:03}": {**template, "priority": 1000 + number, "host_names": [f"web-{number:03}.example.com"]}
        for number in range(SERVICES)
    }
    data["quotas"] |= RAISED
    large = Environment.model_validate_json(json.dumps(data))
    yield _row(f"prod, {SERVICES} services", times, large, terraform_json(large))


def _row(name: str, times: int, environment: Any, documents: dict[str, Any]) -> Row:
    seconds = guard_seconds(times, environment, documents)
    count = sum(len(bodies) for layer in documents.values() for bodies in layer.get("resource", {}).values())
    return Row(
        name=name,
        cells={"resources": str(count), "seconds": f"{seconds:.3f}"},
        facts={"resources": count, "seconds": seconds},
    )


TABLE = Table(name="guards", title="Guards over the finished JSON", rows=rows)
