"""Makes retries of an SDK idempotent: a repeated request gets the first answer.

Symptom: about once in many applies on a busy machine, Terraform's own lock blocks it (`ConditionalCheckFailed` of
the lock table), or a rule that it has just created is a duplicate. The first request succeeded, its answer did not
arrive, and the SDK retried. An SDK keeps the invocation id of a call in its retries: a request with a known id gets the
first answer, as with AWS's client tokens.
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
    """Wrap the application with a cache of its last answers. Not safe for concurrent requests."""
    from werkzeug.test import run_wsgi_app  # here: the command line answers --help without it

    answers: OrderedDict[str, Answer] = OrderedDict()

    def with_cache(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = environ.get(CALL_ID)
        if call is None or environ["REQUEST_METHOD"] in READING:
            return application(environ, start_response)
        if call not in answers:
            parts, status, sent = run_wsgi_app(application, environ, buffered=True)
            headers, body = sent.to_wsgi_list(), b"".join(parts)
            # An error is not kept: the retry may succeed.
            if not status.startswith("2") or len(body) > LARGEST_ANSWER_BYTES:
                start_response(status, headers)
                return [body]
            answers[call] = status, headers, body
            if len(answers) > KEPT_ANSWERS:
                answers.popitem(last=False)
        else:
            print(f"Retry ({environ.get('HTTP_AMZ_SDK_REQUEST', '')}), answered from the cache: {call}", flush=True)
        status, headers, body = answers[call]
        start_response(status, headers)
        return [body]

    return with_cache
