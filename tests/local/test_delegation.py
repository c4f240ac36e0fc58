"""Zones of the embedded AWS are delegated at once, or in an empty account by people; certificates wait for that."""

import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local import delegation
from local.account import AccountError, EmbeddedAccount
from local.dns_server import DnsServer, answer_to
from local.snapshot import account, pickling
from local.snapshot.store import SnapshotFolder

Client = Callable[[str], Any]


@pytest.fixture
def empty(endpoint_url: str) -> Iterator[EmbeddedAccount]:
    embedded = EmbeddedAccount(endpoint_url)
    assert not embedded.is_empty()
    embedded.start_empty()
    yield embedded
    # Other tests share this account.
    delattr(delegation._route53(), delegation._ATTRIBUTE)


def zone_of(client: Client, name: str) -> tuple[str, list[str]]:
    created = client("route53").create_hosted_zone(Name=name, CallerReference=name)
    return created["HostedZone"]["Id"], created["DelegationSet"]["NameServers"]


def certificate_of(client: Client, zone_id: str, name: str) -> str:
    """A certificate whose validation record exists."""
    acm = client("acm")
    arn = acm.request_certificate(DomainName=name, ValidationMethod="DNS")["CertificateArn"]
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    change = {"Name": record["Name"], "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": record["Value"]}]}
    client("route53").change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": change}]}
    )
    return str(arn)


def status_of(client: Client, arn: str) -> str:
    return str(client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["Status"])


def ask(endpoint_url: str, name: str, kind: int = 2) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.connect(("127.0.0.1", int(endpoint_url.rpartition(":")[2])))
        asking.send(struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", kind, 1))
        return asking.recv(512)


def test_a_zone_is_delegated_at_once(client: Client, endpoint_url: str) -> None:
    _, servers = zone_of(client, "at-once.example")
    answer = ask(endpoint_url, "at-once.example")
    assert struct.unpack_from("!6H", answer)[1:] == (0x8180, 1, 4, 0, 0)
    assert all(server.split(".")[0].encode() in answer for server in servers)


def test_in_an_empty_account_a_person_delegates_and_only_then_certificates_are_issued(
    client: Client, endpoint_url: str, empty: EmbeddedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone_id, servers = zone_of(client, "shop.example")
    arn = certificate_of(client, zone_id, "www.shop.example")
    monkeypatch.setattr("moto.settings.ACM_VALIDATION_WAIT", -1)
    client("acm").get_certificate(CertificateArn=arn)
    assert status_of(client, arn) == "PENDING_VALIDATION", "time alone issues nothing"
    code, _, answers, authorities, _ = struct.unpack_from("!5H", ask(endpoint_url, "shop.example"), 2)
    assert (code & 0xF, answers, authorities) == (3, 0, 1)
    assert empty.delegate("Shop.example.") == tuple(sorted(servers))
    assert struct.unpack_from("!H", ask(endpoint_url, "shop.example"), 6) == (4,)
    assert status_of(client, arn) == "ISSUED"


def test_a_zone_that_was_created_again_has_other_name_servers(client: Client, empty: EmbeddedAccount) -> None:
    zone_id, before = zone_of(client, "again-made.example")
    empty.delegate("again-made.example")
    client("route53").delete_hosted_zone(Id=zone_id)
    zone_id, after = zone_of(client, "again-made.example")
    assert sorted(before) != sorted(after)
    arn = certificate_of(client, zone_id, "www.again-made.example")
    assert status_of(client, arn) == "PENDING_VALIDATION"
    assert delegation.delegated_name_servers("again-made.example") == tuple(sorted(before))


def test_what_does_not_exist_is_not_delegated(client: Client, empty: EmbeddedAccount) -> None:
    with pytest.raises(AccountError, match=r"there is no public hosted zone nowhere\.example"):
        empty.delegate("nowhere.example")
    with pytest.raises(AccountError, match="not here"):
        empty._read("POST", "/windlass/account/other")


def test_it_is_saved_with_the_account(client: Client, empty: EmbeddedAccount, tmp_path: Path) -> None:
    zone_of(client, "saved.example")
    empty.delegate("saved.example")
    bodies = SnapshotFolder(tmp_path)
    saved = pickling.loads(pickling.dumps(account.backends()["route53"], bodies).data, bodies.read_body)
    route53 = saved["123456789012"]["aws"]
    assert set(getattr(route53, delegation._ATTRIBUTE)) >= {"saved.example"}


def test_zones_with_a_reusable_set_share_its_name_servers(client: Client) -> None:
    route53 = client("route53")
    created = route53.create_reusable_delegation_set(CallerReference="set")["DelegationSet"]
    zone = route53.create_hosted_zone(
        Name="set.example", CallerReference="set-zone", DelegationSetId=created["Id"].rpartition("/")[2]
    )
    assert zone["DelegationSet"]["NameServers"] == created["NameServers"]


def test_other_questions_are_not_answered(endpoint_url: str) -> None:
    assert struct.unpack_from("!H", ask(endpoint_url, "at-once.example", kind=1), 2)[0] & 0xF == 4
    with pytest.raises(struct.error):
        answer_to(b"x", lambda _: ())


def test_a_taken_port_is_an_error() -> None:
    server = DnsServer("127.0.0.1", 0, lambda _: ())
    try:
        port = server._server.server_address[1]
        with pytest.raises(OSError, match="in use"):
            DnsServer("127.0.0.1", int(port), lambda _: ())
    finally:
        server.close()
