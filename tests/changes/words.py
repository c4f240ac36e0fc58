"""The words of a plan that say what it costs: the counts of each layer and round, and its sentences."""

import re
import subprocess

_COUNTS = re.compile(r"^(network|data|service)(, second round)?: |^local: nothing to change")
_ADDRESS = re.compile(r"^ +[+~±→←<!-] ")
_MANY = 6
"""Of more addresses with one sign only the number is kept, which the counts say too."""
_OF_THE_RUN = re.compile(r" \(log: \S+\)|\.windlass/\S+")


def words_of(plan: subprocess.CompletedProcess[str], *, addresses: bool = False) -> list[str]:
    """Counts, then sentences.

    Args:
        plan: a run of `./windlass plan`.
        addresses: whether to keep the addresses below the counts, where they are few.
    """
    lines = [line.rstrip() for line in plan.stdout.splitlines()]
    kept = [line for line in lines if _COUNTS.match(line) or (addresses and _ADDRESS.match(line))]
    signs = [line.split()[0] for line in kept if _ADDRESS.match(line)]
    shown = [line for line in kept if not _ADDRESS.match(line) or signs.count(line.split()[0]) <= _MANY]
    return [*shown, *(_OF_THE_RUN.sub("", line).strip() for line in plan.stderr.splitlines() if line.strip())]
