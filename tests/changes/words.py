"""The words of a plan that say what it costs: the counts of each layer and round, and its sentences."""

import re
import subprocess

_COUNTS = re.compile(r"^(network|data|service)(, second round)?: ")
_CHANGE = re.compile(r"^ +[+~±→←<!-] ")


def words_of(plan: subprocess.CompletedProcess[str]) -> list[str]:
    """Counts, then sentences; without the list of addresses.

    Args:
        plan: a run of `./windlass plan`.
    """
    counts = [line for line in plan.stdout.splitlines() if _COUNTS.match(line) and not _CHANGE.match(line)]
    return [*counts, *(line.strip() for line in plan.stderr.splitlines() if line.strip())]
