import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from moto.sts.responses import TokenResponse


def test_no_two_requests_are_in_moto_at_once(client, monkeypatch):
    inside, seen = [], []
    answer = TokenResponse.get_caller_identity

    def slow(response):
        inside.append(1)
        seen.append(len(inside))
        time.sleep(0.02)  # lets every other thread run
        inside.pop()
        return answer(response)

    client("sts").get_caller_identity()  # loads the service
    monkeypatch.setattr(TokenResponse, "get_caller_identity", slow)
    with ThreadPoolExecutor(4) as threads:
        accounts = list(threads.map(lambda sts: sts.get_caller_identity()["Account"], [client("sts")] * 8))
    assert accounts == ["123456789012"] * 8
    assert seen == [1] * 8


def test_who_sends_a_body_slowly_holds_up_nobody(client, endpoint_url):
    address = urlsplit(endpoint_url)
    with socket.create_connection((address.hostname, address.port)) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: sts.amazonaws.com\r\nContent-Length: 43\r\n\r\nAction=Get")
        assert client("sts").get_caller_identity()["Account"] == "123456789012"
        slow.sendall(b"CallerIdentity&Version=2011-06-15")
        assert slow.makefile("rb").readline().startswith(b"HTTP/1.1 200")
