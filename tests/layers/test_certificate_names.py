"""The certificate's main name is one that ACM accepts, whatever the order of the host names."""

from typing import Any

from tests.support.documents import documents_of

LONG = "a-name-that-is-longer-than-acm-allows-for-a-common-name.of.the.shop.example.com"


def test_a_long_first_host_name_becomes_a_further_name() -> None:
    def change(data: dict[str, Any]) -> None:
        data["services"]["web"]["host_names"] = [LONG, "app.example.com"]

    assert len(LONG) > 64
    (certificate,) = documents_of("prod", change)["network"]["resource"]["aws_acm_certificate"].values()
    assert certificate["domain_name"] == "app.example.com"
    assert set(certificate["subject_alternative_names"]) == {LONG, "airflow.example.com"}
