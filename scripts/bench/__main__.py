"""Measure and print: `python -m scripts.bench`."""

import argparse
import json
from typing import Any

from rich.console import Console

from scripts.bench import __doc__ as description
from scripts.bench import commands, environments, guards, services, switching
from scripts.bench.table import Progress, Table, drawn

WIDTH_OF_A_FILE = 120

TABLES: tuple[Table, ...] = (commands.TABLE, environments.TABLE, services.TABLE, guards.TABLE, switching.TABLE)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=description)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--quick", action="store_true", help="measure each thing once after warming up")
    parser.add_argument("--runs", type=int, default=5, help="runs of which the median counts (default: 5)")
    parser.add_argument("--only", choices=[table.name for table in TABLES], help="this table alone")
    arguments = parser.parse_args()
    chosen = [table for table in TABLES if arguments.only in (None, table.name)]
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_OF_A_FILE
    results: list[dict[str, Any]] = []
    with Progress(Console(stderr=True)) as progress:
        for table in chosen:
            rows = list(table.rows(1 if arguments.quick else arguments.runs, progress))
            results += [{"table": table.title, "name": row.name, **row.facts, "note": row.note} for row in rows]
            if not arguments.json:
                console.print(drawn(table.title, rows))
    if arguments.json:
        print(json.dumps(results, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
