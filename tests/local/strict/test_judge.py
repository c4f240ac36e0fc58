"""What is not judged passes and is counted; a failure of the judge stops nothing."""

import io
import json
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app

from local.strict import STRICT_PATH, judge
from local.strict.application import judged, with_strict_page
from local.strict.calls import Call, recognise
from local.strict.exceptions import TABLE, refusable
from local.strict.judge import examine
from local.strict.models import model
from local.strict.page import KEPT_KEYS, Tally
from local.strict.patterns import compiled, matches
from tests.local.strict.requests import signature, written


def send(tally: Tally, environ: dict[str, Any], body: bytes) -> str:
    """The status of a request to an application that answers everything with 200."""

    def everything(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b""]

    environ = {**environ, "wsgi.input": io.BytesIO(body)}
    return run_wsgi_app(judged(everything, tally), environ)[1]


def page(tally: Tally) -> dict[str, Any]:
    """What the page shows."""
    parts, status, _headers = run_wsgi_app(
        with_strict_page(judged(lambda *_: [], tally), tally),
        {"PATH_INFO": STRICT_PATH, "REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO()},
        buffered=True,
    )
    assert status == "200 OK"
    return dict(json.loads(b"".join(parts)))


@pytest.fixture
def tally() -> Tally:
    return Tally(log=lambda _line: None)


def test_an_error_of_the_judge_lets_the_request_pass_and_is_on_the_page(monkeypatch, tally) -> None:
    def fail(*_arguments: Any) -> None:
        raise ValueError("a secret")

    monkeypatch.setattr(judge, "examine", fail)
    assert send(tally, *written("ecs", "CreateService", {})) == "200 OK"
    (key,) = page(tally)["errors"]
    assert key.startswith("ecs.CreateService ValueError in test_judge.py:")
    assert "a secret" not in key


def test_an_error_in_recognising_lets_the_request_pass_too(monkeypatch, tally) -> None:
    def fail(*_arguments: Any) -> None:
        raise KeyError("odd")

    monkeypatch.setattr(judge, "recognise", fail)
    assert send(tally, *written("ecs", "ListClusters", {})) == "200 OK"
    assert sum(page(tally)["errors"].values()) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"HTTP_AUTHORIZATION": signature("oddservice")}, "signed for oddservice, of which there is no model"),
        ({"HTTP_AUTHORIZATION": ""}, "not signed"),
        ({"HTTP_X_AMZ_TARGET": "Other.CreateService"}, "no model of ecs has targets that begin with Other"),
        ({"HTTP_X_AMZ_TARGET": "AmazonEC2ContainerServiceV20141113.Odd"}, "the model of ecs has no Odd"),
    ],
)
def test_what_no_model_knows_passes_and_is_counted(tally, changes, reason) -> None:
    environ, body = written("ecs", "CreateService", {})
    assert send(tally, {**environ, **changes}, body) == "200 OK"
    assert page(tally)["not_judged"] == {reason: 1}


def test_a_bucket_in_the_name_of_the_host_is_not_judged(tally) -> None:
    environ, body = written("s3", "PutObject", {"Bucket": "bucket", "Key": "key", "Body": b"", "ACL": "odd"})
    assert send(tally, {**environ, "HTTP_HOST": "127.0.0.1:4566"}, body) == "400 Bad Request"
    assert send(tally, {**environ, "HTTP_HOST": "[::1]:4566"}, body) == "400 Bad Request"
    assert send(tally, {**environ, "HTTP_HOST": "bucket.localhost:4566"}, body) == "200 OK"


def test_a_member_that_the_model_does_not_know_passes_and_is_counted(tally) -> None:
    environ, _body = written("ecs", "ListClusters", {})
    assert send(tally, environ, b'{"futureMember": 1}') == "200 OK"
    assert page(tally)["unknown_members"] == {"ecs.ListClusters futureMember": 1}


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ({"Not": {"Filter": {}}}, "400 Bad Request"),
        ({"FUTURE": 1}, "200 OK"),
        ({}, "400 Bad Request"),
        ({"And": [], "Or": []}, "400 Bad Request"),
    ],
)
def test_a_union_has_one_member_unless_it_is_a_newer_one(tally, statement, status) -> None:
    environ, _body = written("acm", "SearchCertificates", {})
    assert send(tally, environ, json.dumps({"FilterStatement": statement}).encode()) == status


EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "route53": ("GetHostedZone", {"Id": "/hostedzone/Z0123456789ABCDEFGHIJ01"}),
}
"""For each service in the table of exceptions, what an exception allows."""


@pytest.mark.parametrize("exemption", TABLE, ids=lambda one: one.service)
def test_each_exception_is_needed_and_has_a_reason(exemption) -> None:
    operation, parameters = EXAMPLES[exemption.service]
    described = model(exemption.service).operation_model(operation)
    call = Call(service=exemption.service, operation=described, protocol="rest-xml", path_values=parameters)
    violations = examine(call, {"QUERY_STRING": ""}, b"")
    assert any(exemption.covers(exemption.service, operation, one) for one in violations)
    assert refusable(exemption.service, operation, violations) == []
    assert len(exemption.reason) > 40


def test_the_form_of_cloudwatch_that_the_provider_sends_is_judged() -> None:
    environ, _body = written("cloudwatch", "ListMetrics", {})
    environ = {key: value for key, value in environ.items() if key not in ("HTTP_X_AMZ_TARGET", "HTTP_SMITHY_PROTOCOL")}
    environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    body = b"Action=PutMetricAlarm&Version=2010-08-01&AlarmName=a&ComparisonOperator=Odd&EvaluationPeriods=1"
    body += b"&Dimensions.member.1.Name=n&Dimensions.member.1.Value=v"
    call = recognise(environ, body)
    assert (call.name, call.protocol) == ("cloudwatch.PutMetricAlarm", "query")
    assert [one.path for one in examine(call, environ, body)] == ["comparisonOperator"]


def test_counts_have_an_end(tally) -> None:
    for number in range(KEPT_KEYS + 5):
        tally.count(tally.not_judged, f"invented {number}", "")
    assert len(page(tally)["not_judged"]) == KEPT_KEYS


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "Grüße aus Köln", True),
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "a*b", False),
        (r"[\w-/]+", "a-b/c", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "text \U0001f600", True),
        (r"[\p{Graph}]+", "a b", False),
        (r"[a-z&&[^x]]+", "x", True),
        (r"\p{IsAlphabetic}+", "1", True),
    ],
)
def test_patterns_of_java(pattern: str, value: str, *, expected: bool) -> None:
    assert matches(pattern, value) is expected


@pytest.mark.parametrize("pattern", [r"[a-z&&[^x]]+", r"\p{IsAlphabetic}+", r"\P{L}"])
def test_what_python_cannot_express_is_not_judged(pattern: str) -> None:
    assert compiled(pattern) is None
