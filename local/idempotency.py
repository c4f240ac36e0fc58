"""Answers once more what it has answered before, where a caller asks again.

Symptom: about once in many applies on a busy machine, Terraform's own lock is in its way (`ConditionalCheckFailed` of
the lock table), or a rule that it has just made is a duplicate. The first request was carried out, its answer did not
arrive, and the SDK sent it again. An SDK gives each call an id that stays the same when it asks again: that second
request gets the first one's answer, as AWS itself does it for calls with a client token.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from local.serialise_requests import Application

CALL_ID = "HTTP_AMZ_SDK_INVOCATION_ID"
READING = ("GET", "HEAD")
KEPT_ANSWERS = 500
LARGEST_ANSWER_BYTES = 1_000_000

Answer = tuple[str, list[tuple[str, str]], bytes]


def answer_retries(application: Application) -> Application:
    """The application with a memory of its last answers; not for several requests at once."""
    from werkzeug.test import run_wsgi_app  # here: the command line answers --help without it

    answers: OrderedDict[str, Answer] = OrderedDict()

    def with_memory(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = environ.get(CALL_ID)
        if call is None or environ["REQUEST_METHOD"] in READING:
            return application(environ, start_response)
        if call not in answers:
            parts, status, sent = run_wsgi_app(application, environ, buffered=True)
            headers, body = sent.to_wsgi_list(), b"".join(parts)
            # A refusal is not kept: what was refused may be allowed the next time.
            if not status.startswith("2") or len(body) > LARGEST_ANSWER_BYTES:
                start_response(status, headers)
                return [body]
            answers[call] = status, headers, body
            if len(answers) > KEPT_ANSWERS:
                answers.popitem(last=False)
        else:
            print(f"Asked again ({environ.get('HTTP_AMZ_SDK_REQUEST', '')}), answered as before: {call}", flush=True)
        status, headers, body = answers[call]
        start_response(status, headers)
        return [body]

    return with_memory
