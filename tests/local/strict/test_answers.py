"""The judge names what AWS would not answer, in each protocol; a server that tests start has it on its page."""

import io
import json
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app

from local.judges import EVERYTHING, VARIABLE, Judges
from local.strict.answers.exceptions import TABLE, unfaithful
from local.strict.answers.judge import AnswerJudge, examine_answer
from local.strict.answers.reading import Given
from local.strict.application import judged, with_strict_page
from local.strict.calls import recognise
from local.strict.page import STRICT_PATH, Tally
from local.strict.violations import Kind, Violation
from tests.local.strict.requests import written

EC2 = '<DescribeVpcEndpointsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{}</DescribeVpcEndpointsResponse>'
ZONE = "<HostedZone><Id>Z1</Id><Name>a.</Name><CallerReference>{}</CallerReference></HostedZone>"
DATABASE = """<DescribeDBInstancesResponse>
<DescribeDBInstancesResult><DBInstances><DBInstance>{}</DBInstance></DBInstances></DescribeDBInstancesResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeDBInstancesResponse>"""
ENDPOINT = EC2.format("<vpcEndpointSet><item><state>odd</state></item></vpcEndpointSet>")
NO_ISO = DATABASE.format("<InstanceCreateTime>2026-01-02 03:04:05</InstanceCreateTime>")
NO_REFERENCE = f"<GetHostedZoneResponse>{ZONE.format('')}</GetHostedZoneResponse>"
ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>m</Message></Error></ErrorResponse>"

Wrong = tuple[str, str, dict[str, Any], int, str, list[tuple[str, str]]]

WRONG: tuple[Wrong, ...] = (
    ("ecs", "DescribeTasks", {}, 200, '{"tasks": [{"stopCode": ""}]}', [("tasks.1.member.stopCode", "enum")]),
    ("ecs", "DescribeTasks", {}, 200, '{"tasks": null}', [("tasks", "null")]),
    ("ecs", "DescribeTasks", {}, 200, '{"tasks": [{"cpu": 1}]}', [("tasks.1.member.cpu", "type")]),
    ("ecs", "DescribeTasks", {}, 200, '{"jobs": []}', [("jobs", "unknown")]),
    ("ecs", "DescribeTasks", {}, 200, "<tasks/>", [("", "unreadable")]),
    ("ecs", "ListTasks", {}, 400, '{"__type": "OddException"}', [("", "error")]),
    ("ecs", "ListTasks", {}, 400, '{"message": "odd"}', [("", "unreadable")]),
    ("ecs", "ListTasks", {}, 404, '{"__type": "com.amazonaws.ecs#ClusterNotFoundException"}', []),
    ("ecs", "DescribeTasks", {}, 200, '{"tasks": [{"createdAt": "2026-01-02T03:04:05Z"}]}', [
        ("tasks.1.member.createdAt", "type"),
    ]),
    ("ecs", "DescribeServices", {}, 200, '{"services": [{"desiredCount": 1.0}]}', [
        ("services.1.member.desiredCount", "type"),
    ]),
    ("application-autoscaling", "DescribeScheduledActions", {}, 200, '{"ScheduledActions": [{"Timezone": null}]}', [
        ("scheduledActions.1.member.timezone", "null"),
        *[(f"scheduledActions.1.member.{name}", "required") for name in (
            "scheduledActionName", "scheduledActionARN", "serviceNamespace", "schedule", "resourceId", "creationTime",
        )],
    ]),
    ("ec2", "DescribeVpcEndpoints", {}, 200, ENDPOINT, [
        ("vpcEndpoints.1.member.state", "enum"),
    ]),
    ("ec2", "DescribeVpcEndpoints", {}, 200, EC2.format("<requestId>1</requestId><odd/>"), [("odd", "unknown")]),
    ("rds", "DescribeDBInstances", {}, 200, DATABASE.format("<AllocatedStorage></AllocatedStorage>"), [
        ("dBInstances.1.member.allocatedStorage", "type"),
    ]),
    ("rds", "DescribeDBInstances", {}, 200, NO_ISO, [
        ("dBInstances.1.member.instanceCreateTime", "type"),
    ]),
    ("rds", "DescribeDBInstances", {}, 200, "<DescribeDBInstancesResponse/>", [("", "type")]),
    ("rds", "DescribeDBInstances", {}, 404, ERROR.format("DBInstanceNotFound"), []),
    ("rds", "DescribeDBInstances", {}, 404, ERROR.format("DBInstanceGone"), [("", "error")]),
    ("rds", "DescribeDBInstances", {}, 400, ERROR.format("DBInstanceNotFound"), [("", "status")]),
    ("rds", "DescribeDBInstances", {}, 403, ERROR.format("AccessDenied"), []),
    ("route53", "GetHostedZone", {"Id": "Z1"}, 200, NO_REFERENCE, [
        ("hostedZone.callerReference", "min-length"),
    ]),
    ("s3", "GetBucketRequestPayment", {"Bucket": "b"}, 200, "<ListBucketResult><Name>b</Name></ListBucketResult>", [
        ("name", "unknown"),
    ]),
    ("s3", "GetBucketTagging", {"Bucket": "b"}, 200, "<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>", [
        ("tagSet.1.member.value", "required"),
    ]),
    ("s3", "DeleteBucket", {"Bucket": "b"}, 200, "", [("", "status")]),
    ("s3", "PutObject", {"Bucket": "b", "Key": "k"}, 403, "", [("", "unreadable")]),
    ("efs", "DescribeFileSystems", {}, 200, '{"FileSystems": null}', [("fileSystems", "null")]),
)  # fmt: skip
"""Service, operation, its parameters, status and body of an answer, and what is wrong with it."""


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: f"{one[0]}-{one[1]}-{one[3]}")
def test_what_is_wrong_with_an_answer_is_found(wrong: Wrong) -> None:
    service, operation, parameters, status, body, expected = wrong
    environ, sent = written(service, operation, parameters)
    given = Given(method=environ["REQUEST_METHOD"], status=status, headers=[], body=body.encode())
    violations = examine_answer(recognise(environ, sent), given)
    assert sorted((one.path, str(one.kind)) for one in violations) == sorted(expected)


def test_a_header_in_another_form_is_found() -> None:
    environ, sent = written("s3", "HeadObject", {"Bucket": "b", "Key": "k"})
    headers = [("Last-Modified", "2026-01-02T03:04:05Z"), ("content-length", "many")]
    given = Given(method="HEAD", status=200, headers=headers, body=b"")
    violations = examine_answer(recognise(environ, sent), given)
    assert {one.path for one in violations} == {"lastModified", "contentLength"}


def answered(tally: Tally, body: bytes, *, answers: bool) -> bytes:
    """What a client gets from a server whose only answer is this one."""

    def application(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        return [body]

    environ, sent = written("ecs", "ListTasks", {})
    environ["wsgi.input"] = io.BytesIO(sent)
    parts, status, _headers = run_wsgi_app(judged(application, tally, answers=answers), environ, buffered=True)
    assert status == "200 OK"
    return b"".join(parts)


def page(tally: Tally) -> dict[str, Any]:
    environ = {"PATH_INFO": STRICT_PATH, "REQUEST_METHOD": "GET", "wsgi.input": io.BytesIO()}
    parts, _status, _headers = run_wsgi_app(with_strict_page(lambda *_: [], tally), environ, buffered=True)
    return dict(json.loads(b"".join(parts)))


def test_the_page_shows_what_is_wrong_and_the_client_gets_it_unchanged() -> None:
    tally = Tally(log=lambda _line: None)
    assert answered(tally, b'{"taskArns": null}', answers=True) == b'{"taskArns": null}'
    said = page(tally)
    assert said["unfaithful_answers"] == {"ecs.ListTasks taskArns null: must be left out, not null": 1}
    assert said["judged_answers"] == 1


def test_people_have_no_judge_of_answers() -> None:
    tally = Tally(log=lambda _line: None)
    assert answered(tally, b'{"taskArns": null}', answers=False)
    assert page(tally)["judged_answers"] == 0


def test_an_error_of_the_judge_changes_no_answer_and_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("local.strict.answers.judge.examine_answer", fail)
    tally = Tally(log=lambda _line: None)
    assert answered(tally, b"{}", answers=True) == b"{}"
    (key,) = page(tally)["errors"]
    assert key.startswith("answer of ecs.ListTasks KeyError in fail:")
    assert "a secret" not in key


def test_what_the_judge_notes_names_no_value() -> None:
    tally = Tally(log=lambda _line: None)
    environ, sent = written("ecs", "DescribeTasks", {})
    body = b'{"tasks": [{"stopCode": "odd-value"}]}'
    AnswerJudge(tally).note(recognise(environ, sent), Given(method="POST", status=200, headers=[], body=body))
    assert tally.unfaithful_answers
    assert "odd-value" not in page(tally)["unfaithful_answers"]


@pytest.mark.parametrize(
    ("text", "judges"),
    [
        (None, Judges()),
        ("", Judges(requests=False, iam=False)),
        ("iam", Judges(requests=False)),
        (EVERYTHING, Judges(answers=True)),
    ],
)
def test_the_environment_says_which_judges_there_are(monkeypatch, text: str | None, judges: Judges) -> None:
    monkeypatch.delenv(VARIABLE) if text is None else monkeypatch.setenv(VARIABLE, text)
    assert Judges.from_environment() == judges


def test_a_judge_that_does_not_exist_is_an_error(monkeypatch) -> None:
    monkeypatch.setenv(VARIABLE, "iam,replies")
    with pytest.raises(ValueError, match=f"{VARIABLE} has replies; it may have requests, iam and answers"):
        Judges.from_environment()


def violation(path: str, kind: Kind, value: str = "") -> Violation:
    return Violation(path=path, kind=kind, bound="", value=value)


DIFFER = {
    ("route53", "GetHostedZone"): violation("hostedZone.id", Kind.MAX_LENGTH, "/hostedzone/Z0123456789ABCDEFGHIJ"),
    ("route53", "CreateHostedZone"): violation("delegationSet", Kind.REQUIRED),
    ("route53", "ListHostedZones"): violation("marker", Kind.REQUIRED),
    ("wafv2", "GetWebACL"): violation("webACL.lockToken", Kind.UNKNOWN),
    ("wafv2", "ListTagsForResource"): violation("tagInfoForResource.tagList", Kind.MIN_LENGTH),
    ("ec2", "DescribeVpcEndpoints"): violation("vpcEndpoints.1.member.state", Kind.ENUM, "available"),
    ("ec2", "DescribeInternetGateways"): violation(
        "internetGateways.1.member.attachments.1.member.state", Kind.ENUM, "available"
    ),
    ("dynamodb", "CreateTable"): violation(
        "tableDescription.provisionedThroughput.numberOfDecreasesToday", Kind.MIN, "0"
    ),
    ("ecr", "ListImages"): violation("imageIds", Kind.MIN_LENGTH),
    ("ssm", "GetParameterHistory"): violation("parameters.1.member.labels", Kind.MIN_LENGTH),
    ("elbv2", "DescribeTags"): violation("tagDescriptions.1.member.tags", Kind.MIN_LENGTH),
    ("logs", "ListTagsForResource"): violation("tags", Kind.MIN_LENGTH),
    ("ecr", "DescribeRepositoryCreationTemplates"): violation("", Kind.ERROR, "TemplateNotFoundException"),
    ("efs", "DescribeFileSystems"): violation("fileSystems.1.member.lifecyclePolicies", Kind.UNKNOWN),
    ("efs", "DeleteAccessPoint"): violation("", Kind.STATUS, "200"),
    ("servicediscovery", "ListServices"): violation("services.1.member.namespaceId", Kind.UNKNOWN),
    ("servicediscovery", "GetNamespace"): violation("", Kind.STATUS, "400"),
    ("secretsmanager", "DescribeSecret"): violation("secretVersionsToStages", Kind.UNKNOWN),
}
"""An example of each exception."""


def test_each_exception_has_an_example_and_a_reason() -> None:
    for exemption in TABLE:
        covered = [key for key, one in DIFFER.items() if exemption.covers(*key, one)]
        assert len(covered) == 1, exemption
        assert len(exemption.reason) > 40
    assert all(unfaithful(*key, [one]) == [] for key, one in DIFFER.items())


def test_nothing_was_deleted_is_an_answer_too() -> None:
    assert unfaithful("ssm", "DeleteParameters", [violation("deletedParameters", Kind.MIN_LENGTH)]) == []


def test_an_exception_covers_nothing_beside_it() -> None:
    others = {
        ("route53", "GetHostedZone"): violation("hostedZone.id", Kind.MAX_LENGTH, "Z0" * 20),
        ("ec2", "DescribeVpcEndpoints"): violation("vpcEndpoints.1.member.vpcEndpointType", Kind.ENUM, "odd"),
        ("ssm", "GetParameters"): violation("parameters.1.member.name", Kind.MIN_LENGTH),
        ("efs", "DescribeFileSystems"): violation("fileSystems.1.member.odd", Kind.UNKNOWN),
    }
    assert all(unfaithful(*key, [one]) == [one] for key, one in others.items())
