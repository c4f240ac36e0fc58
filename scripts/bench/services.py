"""Synth of the production environment with more and more web services."""

import json
import tomllib
from collections.abc import Iterator

from scripts.bench.process import ROOT
from scripts.bench.synth import Measured, row, synthesiser
from scripts.bench.table import Progress, Row, Table

SERVICE_COUNTS = (1, 10, 100)
FIRST_PRIORITY = 1000

RAISED = dict.fromkeys(("fargate_vcpus", "listener_rules", "listener_certificates", "security_group_rules"), 10_000)
"""Quotas that a hundred services exceed by default."""


def rows(times: int, progress: Progress) -> Iterator[Row]:
    """A row for each number of services."""
    in_file = tomllib.loads((ROOT / "environments/prod.toml").read_text(encoding="utf-8"))["services"]
    first_name, template = next(iter(in_file.items()))
    first: Measured | None = None
    with synthesiser() as warm:
        for count in SERVICE_COUNTS:
            progress(f"synth of prod with {count} web services")
            named = [f"web-{number:03}" for number in range(count)]
            tables = {
                name: {**template, "priority": FIRST_PRIORITY + number, "host_names": [f"{name}.example.com"]}
                for number, name in enumerate(named)
            }
            # Under the first name of the file too, since a table given by a variable may be added to the file's.
            tables[first_name] = tables.pop(named[0])
            fast = warm(times, "prod", {"WINDLASS_SERVICES": json.dumps(tables), "WINDLASS_QUOTAS": json.dumps(RAISED)})
            first = first or fast
            each = 1000 * (fast.run.seconds - first.run.seconds) / (count - 1) if count > 1 else 0.0
            yield row(str(count), fast, note=f"{each:.0f} ms for each further one" if count > 1 else "")


TABLE = Table(name="services", title="Synth of web services", rows=rows)
