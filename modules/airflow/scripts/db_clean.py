"""Deletes from Airflow's database what is older than WINDLASS_RETENTION_DAYS, by Airflow's own `db clean`.

The moment is computed here, when the task runs: a schedule can hand over words, but not "ninety days ago".
"""

import os
from datetime import UTC, datetime, timedelta

days = int(os.environ["WINDLASS_RETENTION_DAYS"])
before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
print(f"Deleting what is older than {days} days, that is from before {before}", flush=True)
# Without the archive: its tables would keep in the database what was to leave it.
command = ["airflow", "db", "clean", "--clean-before-timestamp", before, "--skip-archive", "--yes"]
os.execvp(command[0], command)  # noqa: S606
