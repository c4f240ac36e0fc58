import urllib.request
from typing import Any

import pytest

from local.idempotency import KEPT_ANSWERS, answer_retries


class Counting:
    """An application that answers how often it was asked."""

    def __init__(self, status: str = "200 OK") -> None:
        self.status, self.count, self.closed = status, 0, 0

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> Any:
        self.count += 1
        start_response(self.status, [("X-Count", str(self.count))])
        return self

    def __iter__(self) -> Any:
        return iter([b"answer ", str(self.count).encode()])

    def close(self) -> None:
        self.closed += 1


def ask(application: Any, call: str | None, method: str = "POST") -> tuple[str, bytes]:
    started = []
    environ = {"REQUEST_METHOD": method} | ({"HTTP_AMZ_SDK_INVOCATION_ID": call} if call else {})
    body = b"".join(application(environ, lambda status, headers, *_: started.append((status, dict(headers)))))
    ((status, headers),) = started
    assert headers["X-Count"] == body.decode().split()[-1]
    return status, body


def test_a_call_that_is_sent_again_gets_the_first_answer() -> None:
    application = answer_retries(counting := Counting())
    assert ask(application, "one") == ask(application, "one") == ("200 OK", b"answer 1")
    assert ask(application, "two") == ("200 OK", b"answer 2")
    assert (counting.count, counting.closed) == (2, 2)


@pytest.mark.parametrize(("call", "method"), [(None, "POST"), ("one", "GET"), ("one", "HEAD")])
def test_reads_and_calls_without_an_id_are_answered_each_time(call: str | None, method: str) -> None:
    application = answer_retries(counting := Counting())
    ask(application, call, method)
    ask(application, call, method)
    assert counting.count == 2


@pytest.mark.parametrize("status", ["400 Bad Request", "503 Slow Down"])
def test_what_was_refused_may_be_tried_again(status: str) -> None:
    application = answer_retries(counting := Counting(status))
    assert ask(application, "one")[0] == ask(application, "one")[0] == status
    assert counting.count == 2


def test_old_answers_are_forgotten() -> None:
    application = answer_retries(Counting())
    for number in range(KEPT_ANSWERS + 1):
        ask(application, f"call {number}")
    assert ask(application, f"call {KEPT_ANSWERS}")[1] == f"answer {KEPT_ANSWERS + 1}".encode()
    assert ask(application, "call 0")[1] == f"answer {KEPT_ANSWERS + 2}".encode()


def test_a_lock_that_one_call_requests_twice_is_acquired(client: Any, endpoint_url: str) -> None:
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName="asked-again",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    sent = []
    dynamodb.meta.events.register("before-send", lambda request, **_: sent.append(request) and None)
    dynamodb.put_item(
        TableName="asked-again",
        Item={"LockID": {"S": "network"}},
        ConditionExpression="attribute_not_exists(LockID)",
    )
    (request,) = sent
    headers = {
        key: value.decode() if isinstance(value, bytes) else str(value) for key, value in request.headers.items()
    }
    again = urllib.request.Request(request.url, data=request.body, headers=headers, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(again, timeout=10) as answer:
        assert answer.status == 200
