"""Published parameters: plain facts under one path."""

import pytest

from modules.parameters import PublishedParameters, PublishedParametersInputs
from tests.support.stack import module_stack, synthesised


def inputs(path: str = "/acme/prod/airflow", **values: str) -> PublishedParametersInputs:
    return PublishedParametersInputs(path=path, values=values, descriptions=dict.fromkeys(values, "A fact"))


def test_e09_each_fact_is_a_plain_parameter_under_the_path() -> None:
    with module_stack() as stack:
        outputs = PublishedParameters(
            stack, "published", inputs(cluster="acme-prod", subnets="subnet-1,subnet-2")
        ).outputs
        result = synthesised(stack).resources("aws_ssm_parameter").values()
    assert {body["name"]: body["insecure_value"] for body in result} == {
        "/acme/prod/airflow/cluster": "acme-prod",
        "/acme/prod/airflow/subnets": "subnet-1,subnet-2",
    }
    assert {body["type"] for body in result} == {"String"}
    assert outputs.names["cluster"] == "/acme/prod/airflow/cluster"


@pytest.mark.parametrize("name", ["database_password", "git-token", "secret"])
def test_d03_what_sounds_like_a_secret_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="D03"):
        inputs(**{name: "x"})


def test_a_path_or_a_name_that_ssm_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="path of the parameters"):
        inputs(path="acme/prod/", cluster="x")
    with pytest.raises(ValueError, match='name of a parameter is "Cluster"'):
        inputs(Cluster="x")


def test_every_fact_is_described() -> None:
    with pytest.raises(ValueError, match="differ in cluster"):
        PublishedParametersInputs(path="/acme", values={"cluster": "x"}, descriptions={})
