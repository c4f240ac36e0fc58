"""The words of a plan that say what it costs: the counts of each layer and round, and its sentences."""

import re
import subprocess

_COUNTS = re.compile(r"^(network|data|service)(, second round)?: ")


def words_of(plan: subprocess.CompletedProcess[str]) -> list[str]:
    """Counts, then sentences; without the addresses below the counts.

    Args:
        plan: a run of `./windlass plan --quiet`.
    """
    counts = [line.rstrip() for line in plan.stdout.splitlines() if _COUNTS.match(line)]
    return [*counts, *(line.strip() for line in plan.stderr.splitlines() if line.strip())]
