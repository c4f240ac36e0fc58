"""An apply says which NS records are missing where, and waits for them with an option."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import delegation
from cli.delegation import Patience, delegation_of, show_zone, to_do, wait
from cli.errors import CommandError
from cli.resolver import NameServers, ResolverError
from cli.service_start import ServiceStart, require_ready
from cli.session import Session
from local import delegation as embedded_delegation
from local.account import EmbeddedAccount
from tests.cli.fake_terraform import FakeTerraform
from tests.cli.local_file import local_session
from tests.cli.test_apply import APPLIED, PLANNED, layers_of
from tests.cli.test_secrets import client_of
from tests.support.documents import ROOT
from tests.support.embedded import embedded_aws

ZONE = "windlass.localhost"
KEY = "name-app-windlass-localhost"


@pytest.fixture(scope="module")
def endpoint_url() -> Iterator[str]:
    with embedded_aws("delegation-command") as url:
        EmbeddedAccount(url).start_empty()
        yield url


@pytest.fixture
def zone(endpoint_url: str) -> Iterator[Any]:
    """A new hosted zone: what CreateHostedZone answers."""
    route53 = client_of(endpoint_url, "route53")
    created = route53.create_hosted_zone(Name=ZONE, CallerReference="delegation")
    yield created
    zone_id = created["HostedZone"]["Id"]
    for each in route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]:
        if each["Type"] == "CNAME":
            batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": each}]}
            route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)
    route53.delete_hosted_zone(Id=zone_id)
    # The parent zone keeps its records when a zone is deleted.
    getattr(embedded_delegation._route53(), embedded_delegation._ATTRIBUTE).clear()


@pytest.fixture
def session(endpoint_url: str, tmp_path: Path) -> Session:
    return local_session(tmp_path, endpoint_url)


@pytest.fixture
def certificate(endpoint_url: str, zone: Any, session: Session) -> str:
    """A certificate that waits for its zone; the network layer is applied."""
    acm = client_of(endpoint_url, "acm")
    arn = acm.request_certificate(DomainName=f"app.{ZONE}", ValidationMethod="DNS")["CertificateArn"]
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    change = {"Name": record["Name"], "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": record["Value"]}]}
    client_of(endpoint_url, "route53").change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"],
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": change}]},
    )
    publish(session, {"certificate_arns": {KEY: arn}, "dns_zone_id": zone["HostedZone"]["Id"]} | name_servers_of(zone))
    return str(arn)


def name_servers_of(zone: Any) -> dict[str, str]:
    return {"dns_name_servers": ", ".join(zone["DelegationSet"]["NameServers"])}


def publish(session: Session, outputs: dict[str, Any]) -> None:
    path = session.project.workspace.root / "states" / session.environment.state_key("network")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"outputs": {name: {"value": value} for name, value in outputs.items()}}))


def answers(monkeypatch: pytest.MonkeyPatch, answer: NameServers | ResolverError) -> None:
    def ask(*_: Any) -> NameServers:
        if isinstance(answer, ResolverError):
            raise answer
        return answer

    monkeypatch.setattr(delegation, "name_servers", ask)


@pytest.mark.usefixtures("certificate")
def test_the_records_are_named_until_the_parent_has_them(session: Session, zone: Any, endpoint_url: str) -> None:
    with pytest.raises(CommandError) as refused:
        require_ready(session)
    servers = sorted(zone["DelegationSet"]["NameServers"])
    lines = str(refused.value).splitlines()
    assert lines[0] == "service of local cannot start yet:"
    assert lines[-7:] == [
        f"  the zone {ZONE} is not delegated, so its certificate cannot be issued. Create these records "
        "where the domain is registered:",
        *(f"    {ZONE}. NS {server}." for server in servers),
        "    (./windlass apply local --wait-for-delegation 1h waits for it)",
        "Then: ./windlass apply local",
    ]
    EmbeddedAccount(endpoint_url).delegate(ZONE)
    assert to_do(session) == []


@pytest.mark.usefixtures("certificate")
def test_an_existing_zone_is_looked_up(session: Session, zone: Any, certificate: str) -> None:
    publish(session, {"certificate_arns": {KEY: certificate}, "dns_zone_id": zone["HostedZone"]["Id"]})
    (line,) = to_do(session)
    assert all(f"{ZONE}. NS {server}." in line for server in zone["DelegationSet"]["NameServers"])


@pytest.mark.parametrize(
    ("answer", "sentence", "advice"),
    [
        (
            NameServers(names=("ns.old.example",), resolver="192.0.2.1"),
            f"the zone {ZONE} is delegated to other name servers (ns.old.example; resolver: 192.0.2.1). Replace",
            "If they are right, ./windlass apply local --assume-delegated goes on without this check",
        ),
        (
            NameServers(names=(), resolver="192.0.2.1", fails=True),
            "the resolver 192.0.2.1 reports a failure, as it does where they do not know the zone",
            "--wait-for-delegation 1h waits for it",
        ),
        (
            NameServers(names=(), resolver="192.0.2.1", parent="root.example"),
            "Create these records in the zone root.example, or where the domain is registered",
            "--wait-for-delegation 1h waits for it",
        ),
        (
            ResolverError("no resolver answers (192.0.2.1)"),
            "is delegated cannot be checked, since no resolver answers (192.0.2.1)",
            "./windlass apply local --assume-delegated goes on without this check",
        ),
    ],
)
def test_each_wrong_answer_is_explained(
    session: Session, certificate: str, monkeypatch: pytest.MonkeyPatch, answer: Any, sentence: str, advice: str
) -> None:
    answers(monkeypatch, answer)
    (text,) = to_do(session)
    assert sentence in text
    assert advice in text.splitlines()[-1]
    ServiceStart(session=session, patience=Patience(assumed=True)).announce()


@pytest.mark.usefixtures("certificate")
def test_a_private_zone_cannot_have_a_certificate(session: Session, certificate: str, endpoint_url: str) -> None:
    route53 = client_of(endpoint_url, "route53")
    vpc = {
        "VPCRegion": "eu-west-1",
        "VPCId": client_of(endpoint_url, "ec2").create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"],
    }
    private = route53.create_hosted_zone(Name="private.example", CallerReference="private", VPC=vpc)["HostedZone"]["Id"]
    publish(session, {"certificate_arns": {KEY: certificate}, "dns_zone_id": private})
    (text,) = to_do(session)
    assert "is private, so ACM cannot validate a certificate: give load_balancer.certificate_arn" in text
    assert delegation_of(session) is None


@pytest.mark.parametrize("status", ["FAILED", "VALIDATION_TIMED_OUT"])
def test_a_certificate_that_acm_gave_up_is_requested_again(
    session: Session, certificate: str, status: str, endpoint_url: str
) -> None:
    from moto.acm.models import acm_backends

    acm_backends["123456789012"]["eu-west-1"]._certificates[certificate].status = status
    (text,) = to_do(session)
    assert f"the certificate of app.{ZONE} ({status}) was not issued" in text
    command = f"./windlass apply local --layer network -- -replace=aws_acm_certificate.certificate_{KEY}"
    assert text.endswith(command)
    network = json.loads((ROOT / "tests" / "snapshots" / "local" / "network.json").read_text())
    assert "certificate_name-app-windlass-localhost" in network["resource"]["aws_acm_certificate"]


def test_before_the_network_layer_there_is_nothing_to_check(session: Session) -> None:
    assert to_do(session) == []
    assert delegation_of(session) is None
    show_zone(session)


@pytest.mark.usefixtures("certificate")
def test_it_is_waited_for(
    session: Session, endpoint_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(delegation, "POLL_SECONDS", 0.05)
    with pytest.raises(CommandError, match=rf"{ZONE} is not delegated yet\.\nthe zone {ZONE} is not delegated, so"):
        wait(session, 0.1)
    monkeypatch.setattr("cli.service_start.to_do", lambda *_, **__: [])
    threading.Timer(0.5, lambda: EmbeddedAccount(endpoint_url).delegate(ZONE)).start()
    require_ready(session, Patience(wait_seconds=60))
    assert f"{ZONE} is delegated." in capfd.readouterr().err


@pytest.mark.usefixtures("certificate")
def test_the_table_at_the_end_has_the_name_servers(
    session: Session, zone: Any, endpoint_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    show_zone(session)
    shown = capfd.readouterr()
    servers = ", ".join(sorted(zone["DelegationSet"]["NameServers"]))
    assert re.search(rf"{ZONE}\s+no\s+{re.escape(servers)}", shown.out)
    assert f"the zone {ZONE} is not delegated" in shown.err
    EmbeddedAccount(endpoint_url).delegate(ZONE)
    show_zone(session)
    assert re.search(rf"{ZONE}\s+yes\s+ns-", capfd.readouterr().out)


def test_people_learn_of_it_while_the_data_layer_is_applied(
    windlass: Callable[..., Any], terraform: FakeTerraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.delegation.to_do", lambda _: ["the zone is not delegated"])
    terraform.follow(PLANNED, APPLIED)
    ended = windlass("apply", "dev", "--yes")
    assert ended.code == 1
    assert ended.err.index("Meanwhile: the zone is not delegated") < ended.err.index("data: ")
    assert "service of dev cannot start yet:\n  the zone is not delegated\nThen: ./windlass apply dev" in ended.err
    assert layers_of(terraform.calls("apply")) == ["network", "data"]
    shown_zones: list[Any] = []
    monkeypatch.setattr("cli.commands.apply.show_zone", shown_zones.append)
    assert windlass("apply", "dev", "--yes", "--assume-delegated").code == 0
    assert not shown_zones, "no resolver is asked, at the end either"
    monkeypatch.setattr("cli.delegation.to_do", lambda _: [])
    assert (windlass("apply", "dev", "--yes").code, len(shown_zones)) == (0, 1)
