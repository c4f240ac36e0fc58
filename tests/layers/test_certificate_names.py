"""Each host name has a certificate of its own, so that a change of one never touches another, nor a default one."""

from typing import Any

from tests.support.documents import documents_of

LONG = "a-name-that-is-longer-than-acm-allows-for-a-common-name.of.the.shop.example.com"
Documents = dict[str, dict[str, Any]]


def with_names(*names: str) -> Documents:
    def change(data: dict[str, Any]) -> None:
        data["services"]["web"]["host_names"] = list(names)

    return documents_of("prod", change)


def of_type(documents: Documents, layer: str, kind: str) -> dict[str, Any]:
    return dict(documents[layer]["resource"][kind])


def test_a_long_host_name_is_a_further_name_of_its_certificate() -> None:
    assert len(LONG) > 64
    certificates = of_type(with_names(LONG, "app.example.com"), "network", "aws_acm_certificate")
    (certificate,) = (each for each in certificates.values() if each["tags"]["Name"] == LONG)
    assert certificate["domain_name"] == "windlass-prod.example.com"
    assert certificate["subject_alternative_names"] == [LONG]


def test_a_name_that_comes_or_goes_changes_no_certificate_that_stays() -> None:
    few, many = with_names("app.example.com"), with_names("new.example.com", "app.example.com", "*.shop.example.com")
    before, after = (of_type(each, "network", "aws_acm_certificate") for each in (few, many))
    assert set(after) - set(before) == {
        "certificate_name-new-example-com",
        "certificate_name-any-shop-example-com",
    }
    assert {address: after[address] for address in before} == before
    records = [of_type(each, "network", "aws_route53_record") for each in (few, many)]
    assert {address: records[1][address] for address in records[0]} == records[0]


def test_a_listener_keeps_its_default_certificate_and_lists_one_for_each_name() -> None:
    few, many = with_names("app.example.com"), with_names("new.example.com")
    listeners = [of_type(each, "service", "aws_lb_listener")["load-balancer_https"] for each in (few, many)]
    assert listeners[0] == listeners[1]
    listed = of_type(many, "service", "aws_lb_listener_certificate")
    assert set(listed) == {
        "load-balancer_certificate-name-airflow-example-com",
        "load-balancer_certificate-name-new-example-com",
    }
