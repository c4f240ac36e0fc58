"""A Fernet key is rotated by a list: what was written before stays readable, and the old key can go in the end."""

import re

import pytest
from cryptography.fernet import Fernet

from tests.airflow_image.components import Deployment

pytestmark = pytest.mark.slow

WRITE = """
from airflow.models import Connection, Variable
from airflow.utils.session import create_session

with create_session() as session:
    session.add(Connection(conn_id="rotated", conn_type="http", password="connection-password"))
    Variable.set("rotated", "variable-value", session=session)
"""
READ = """
from airflow.models import Connection, Variable
from airflow.utils.session import create_session

with create_session() as session:
    print(session.query(Connection).filter_by(conn_id="rotated").one().password)
    print(session.query(Variable).filter_by(key="rotated").one().get_val())
"""


ROTATE = """
import sys
from airflow.__main__ import main

sys.argv = ["airflow", "rotate-fernet-key"]
main()
"""
IN_TURN = """
import os, sys
import airflow.models, airflow.utils.session, airflow.__main__

for keys, program in zip(sys.argv[1::2], sys.argv[2::2]):
    child = os.fork()
    if child == 0:
        os.environ["AIRFLOW__CORE__FERNET_KEY"] = keys
        exec(program, {"__name__": "__main__"})
        sys.exit(0)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Each program in a child of its own, forked before a key is read; importing Airflow takes longer than all of them."""


def in_turn(deployment: Deployment, *steps: tuple[str, str]) -> tuple[list[tuple[str, int]], str]:
    """Run programs with these keys, one after the other.

    Returns:
        What each printed, with its exit code; and what any of them wrote on stderr.
    """
    variables = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": deployment.url()}
    arguments = [text for step in steps for text in step]
    done = deployment.image.run(["python", "-c", IN_TURN, *arguments], variables)
    assert done.code == 0, done.text
    *ended, nothing = re.split(r"^ended (-?\d+)\n", done.out, flags=re.MULTILINE)
    assert nothing == ""
    return [(out, int(code)) for out, code in zip(ended[::2], ended[1::2], strict=True)], done.err


@pytest.mark.usefixtures("prepared")
def test_after_a_rotation_the_old_key_can_go(deployment: Deployment) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    both = f"{new},{old}"
    ended, errors = in_turn(deployment, (old, WRITE), (both, READ), (both, ROTATE), (new, READ), (old, READ))
    written, before, rotated, after, gone = ended
    assert written[1] == 0, (written, errors)
    assert before[0].split() == ["connection-password", "variable-value"], (before, errors)
    assert rotated[1] == 0, (rotated, errors)
    assert after[0].split() == ["connection-password", "variable-value"], (after, errors)
    assert gone[1] != 0
    assert "connection-password" not in gone[0]
