"""What moto lacks, or fails in, is answered at once, by name, and with a status after which no client tries again."""

import pytest
from moto.sts.responses import TokenResponse

from tests.support.answers import strict_page


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "name"),
    [
        ("iam", "generate_organizations_access_report", {"EntityPath": "o-1234567890/r-1234"}, "iam.Generate"),
        ("ec2", "describe_fpga_images", {}, "ec2.DescribeFpgaImages"),
        ("ecs", "list_services_by_namespace", {"namespace": "web"}, "ecs.ListServicesByNamespace"),
        ("efs", "describe_account_preferences", {}, "efs.DescribeAccountPreferences"),
        ("route53", "list_traffic_policies", {}, "route53.ListTrafficPolicies"),
    ],
    ids=["query", "ec2", "json", "rest-json", "rest-xml"],
)
def test_what_moto_lacks_is_named_once(refused, endpoint_url, service, operation, parameters, name) -> None:
    answer = refused(service, operation, **parameters)
    assert (answer["status"], answer["code"], answer["retries"]) == (501, "NotEmulated", 0)
    assert answer["message"].startswith(name)
    assert "is not emulated by the embedded AWS" in answer["message"]
    counted = strict_page(endpoint_url)["not_emulated"]
    assert sum(number for key, number in counted.items() if key.startswith(name)) == 1


def test_a_failure_of_moto_is_named_without_its_text(refused, unchecked, endpoint_url, monkeypatch) -> None:
    def fail(_response: TokenResponse) -> str:
        raise KeyError("a secret")

    unchecked("sts").get_caller_identity()  # loads the service
    monkeypatch.setattr(TokenResponse, "get_caller_identity", fail)
    answer = refused("sts", "get_caller_identity")
    assert (answer["status"], answer["code"], answer["retries"]) == (501, "EmulationFailed", 0)
    assert "sts.GetCallerIdentity fails in the embedded AWS with KeyError" in answer["message"]
    assert "a secret" not in answer["message"]
    assert strict_page(endpoint_url)["failed"] == {"sts.GetCallerIdentity KeyError": 1}
