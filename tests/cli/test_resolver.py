"""Questions to a resolver, and what is made of its answers."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli import resolver
from cli.resolver import Address, NameServers, ResolverError, name_servers, system_resolvers

ZONE = "shop.example.com"
Answer = Callable[[bytes], bytes]


@contextmanager
def resolver_that(*answers: Answer) -> Iterator[Address]:
    """Gives these answers, in turn, over UDP, and the last one again over TCP."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
    ):
        # TCP first: a port that is free there is free for UDP, but hardly the other way round.
        stream.bind(("127.0.0.1", 0))
        address: Address = stream.getsockname()
        listening.bind(address)
        stream.listen()

        def serve() -> None:
            for answer in answers:
                question, asking = listening.recvfrom(512)
                listening.sendto(answer(question), asking)

        def serve_stream() -> None:
            try:
                connection, _ = stream.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as received:
                (length,) = struct.unpack("!H", received.read(2))
                answer = full(received.read(length))
                connection.sendall(struct.pack("!H", len(answer)) + answer)

        for each in (serve, serve_stream):
            threading.Thread(target=each, daemon=True).start()
        yield address
        stream.shutdown(socket.SHUT_RDWR)


def message(question: bytes, flags: int, records: list[bytes], *, authorities: int = 0) -> bytes:
    counts = struct.pack("!4H", 1, len(records) - authorities, authorities, 0)
    return question[:2] + struct.pack("!H", flags) + counts + question[12:] + b"".join(records)


def record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def encoded(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def full(question: bytes) -> bytes:
    """Two name servers; the second one ends with a pointer into the first."""
    first = record(b"\xc0\x0c", 2, encoded("ns-2.AWSDNS-00.com"))
    # Behind the question and the fixed part of the first record is its name; its second label begins after `4ns-2`.
    label = len(question) + 12 + 5
    second = record(b"\xc0\x0c", 2, b"\x04ns-1" + struct.pack("!H", 0xC000 | label))
    other = record(encoded("elsewhere.example"), 2, encoded("ns.elsewhere.example"))
    return message(question, 0x8180, [first, second, other])


def absent(question: bytes) -> bytes:
    return message(question, 0x8183, [record(encoded("example.com"), 6, b"")], authorities=1)


def test_the_name_servers_of_a_zone() -> None:
    with resolver_that(full) as address:
        answer = name_servers(ZONE, (address,))
    text = f"127.0.0.1:{address[1]}"
    assert answer == NameServers(names=("ns-1.awsdns-00.com", "ns-2.awsdns-00.com"), resolver=text)


def test_a_zone_that_is_not_delegated_has_none_and_its_parent_is_named() -> None:
    with resolver_that(absent) as address:
        answer = name_servers(ZONE, (address,))
    assert (answer.names, answer.parent, answer.fails) == ((), "example.com", False)


def test_a_failure_is_no_missing_delegation() -> None:
    with resolver_that(lambda question: message(question, 0x8182, [])) as address:
        assert name_servers(ZONE, (address,)).fails


def test_a_long_answer_is_requested_again_over_tcp() -> None:
    with resolver_that(lambda question: message(question, 0x8380, [])) as address:
        assert name_servers(ZONE, (address,)).names == ("ns-1.awsdns-00.com", "ns-2.awsdns-00.com")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda question: b"\0\0" + full(question)[2:] if question[:2] != b"\0\0" else b"\0\1" + full(question)[2:],
        lambda question: full(question)[:20],
        lambda question: question[:2] + b"\x81\x80" + b"\0\0\0\1\0\0\0\0" + b"\xc0\xff" + b"\0" * 300,
    ],
    ids=["of another question", "cut off", "a pointer forward"],
)
def test_an_answer_that_cannot_be_read_counts_as_none(wrong: Answer) -> None:
    with resolver_that(wrong, full) as address:
        assert len(name_servers(ZONE, (address,)).names) == 2, "the second attempt counts"


def test_a_resolver_that_does_not_answer_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "TIMEOUT_SECONDS", 0.1)
    with resolver_that() as silent, resolver_that(full) as address:
        assert len(name_servers(ZONE, (silent, address)).names) == 2
        with pytest.raises(ResolverError, match=rf"no resolver answers \(127\.0\.0\.1:{silent[1]}\)"):
            name_servers(ZONE, (silent,))


def test_the_resolvers_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "resolv.conf"
    monkeypatch.setattr(resolver, "SETTINGS", file)
    assert system_resolvers() == ()
    with pytest.raises(ResolverError, match="names none"):
        name_servers(ZONE)
    file.write_text("# nameserver 192.0.2.9\nsearch example.com\nnameserver 192.0.2.1\nnameserver fe80::1%eth0\n")
    assert system_resolvers() == (("192.0.2.1", 53), ("fe80::1%eth0", 53))
