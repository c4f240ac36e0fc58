"""A Fernet key is rotated by a list: what was written before stays readable, and the old key can go in the end."""

import pytest
from cryptography.fernet import Fernet

from tests.airflow_image.components import Deployment
from tests.airflow_image.image import Ended

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


def run(deployment: Deployment, keys: str, *command: str) -> Ended:
    variables = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": deployment.url(), "AIRFLOW__CORE__FERNET_KEY": keys}
    return deployment.image.run(list(command), variables)


@pytest.mark.usefixtures("prepared")
def test_after_a_rotation_the_old_key_can_go(deployment: Deployment) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    written = run(deployment, old, "python", "-c", WRITE)
    assert written.code == 0, written.text

    both = f"{new},{old}"
    before = run(deployment, both, "python", "-c", READ)
    assert before.out.split() == ["connection-password", "variable-value"], before.text

    rotated = run(deployment, both, "airflow", "rotate-fernet-key")
    assert rotated.code == 0, rotated.text
    after = run(deployment, new, "python", "-c", READ)
    assert after.out.split() == ["connection-password", "variable-value"], after.text
    assert "connection-password" not in run(deployment, old, "python", "-c", READ).out
