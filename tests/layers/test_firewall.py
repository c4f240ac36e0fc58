"""The firewall of an environment: its own, or one of the account."""

from typing import Any

import pytest

from tests.support.documents import documents_of

ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/team/01234567-89ab-cdef-0123-456789abcdef"


def service_layer(**changes: Any) -> dict[str, Any]:
    """The service layer of production with other keys in `[load_balancer]`, or without host names of Airflow."""

    def change(data: dict[str, Any]) -> None:
        data["airflow"]["host_names"] = changes.pop("airflow_host_names", data["airflow"]["host_names"])
        data["load_balancer"].update(changes)

    return dict(documents_of("prod", change)["service"]["resource"])


def rules(resources: dict[str, Any]) -> dict[str, Any]:
    (acl,) = resources["aws_wafv2_web_acl"].values()
    return {rule["name"]: rule["statement"] for rule in acl["rule"]}


@pytest.mark.parametrize(("port", "host"), [(443, "airflow.example.com"), (8443, "airflow.example.com:8443")])
def test_airflows_users_are_known_by_the_host_that_their_browsers_send(port: int, host: str) -> None:
    limit = rules(service_layer(https_port=port))["tool-limit"]["rate_based_statement"]
    assert limit["limit"] == 20_000
    assert limit["scope_down_statement"]["byte_match_statement"]["search_string"] == host


def test_without_names_of_airflow_all_requests_are_equal() -> None:
    statements = rules(service_layer(airflow_host_names=[], scheme="internal"))
    assert "tool-limit" not in statements
    assert "scope_down_statement" not in statements["limit"]["rate_based_statement"]


def test_e11_the_web_acl_of_the_account_takes_the_place_of_one() -> None:
    waf = {"web_acl_arn": ACL, "rate_limit_per_five_minutes": 2000, "count_only": False}
    resources = service_layer(waf=waf)
    (association,) = resources["aws_wafv2_web_acl_association"].values()
    assert association["web_acl_arn"] == ACL
    assert not {"aws_wafv2_web_acl", "aws_wafv2_web_acl_logging_configuration"} & set(resources)
