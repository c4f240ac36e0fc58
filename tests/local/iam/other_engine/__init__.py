"""Another emulator's evaluation of policies, written by others, to compare ours with.

Its package asks for other versions of boto3 and moto than the project's, so it has an environment and a process of its
own.
"""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.local.iam.cases.case import ACCOUNT, SESSION, Case
from tests.support.environment import environment_of

FOLDER = Path(__file__).parent


def decisions(cases: Iterable[Case]) -> list[str]:
    """ALLOW, EXPLICIT_DENY or IMPLICIT_DENY for each case, or `error`."""
    requests: list[dict[str, Any]] = [
        {
            "identity": list(case.identity),
            "boundary": case.boundary,
            "resource_policy": case.resource_policy,
            "action": case.action,
            "resource": case.resource,
            "context": {key: list(each) if isinstance(each, tuple) else each for key, each in case.context.items()},
        }
        for case in cases
    ]
    python = environment_of("localemu", FOLDER / "requirements.txt") / "bin" / "python"
    done = subprocess.run(
        [str(python), str(FOLDER / "program.py"), SESSION, ACCOUNT],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers: list[str] = json.loads(done.stdout)
    return answers
