"""Wraps the embedded AWS: refuses by model, and answers at once what moto lacks or fails in.

Symptom: moto answers an operation that it lacks with status 500. The AWS provider repeats that 25 times, and an apply
says nothing for six minutes.
"""

import traceback
from collections.abc import Callable, Iterable
from typing import Any

from local.serialise_requests import Application
from local.strict.answers.judge import AnswerJudge
from local.strict.answers.reading import Given
from local.strict.calls import Call, name_of
from local.strict.judge import Judge
from local.strict.page import STRICT_PATH, Tally
from local.strict.refusals import Answer, error

NOT_EMULATED = "NotEmulated"
FAILED = "EmulationFailed"
"""Codes of our own, since the provider passes over some of AWS's, such as NotImplemented of S3."""
STATUS = "501 Not Implemented"
"""No client tries again after it."""
NO_ROUTE = ("404", "405")
PAGE = b"<!doctype html"
"""Begins Flask's page of a request that no route takes; AWS never answers with HTML."""

Environ = dict[str, Any]


def judged(application: Application, tally: Tally, *, answers: bool = False) -> Application:
    """The application behind the models. The input must be in memory (`serialise_requests`).

    Args:
        application: answers what AWS would not refuse.
        tally: receives the counts.
        answers: judge its answers too, and count what is wrong with them. Default: requests only.
    """
    judge = Judge(tally)
    answer_judge = AnswerJudge(tally) if answers else None

    def behind_models(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].getvalue()
        call = judge.recognise(environ, body)
        answer = judge.refusal(call, environ, body) if call is not None else None
        if answer is None:
            given = _Started()
            try:
                parts = application(environ, given.start_response)
            except NotImplementedError as problem:
                answer = _not_emulated(tally, call, environ, body, str(problem))
            except Exception as problem:
                traceback.print_exc()
                answer = _failed(tally, call, environ, body, problem)
            else:
                may_be_page = given.may_be_page_of_flask()
                if not may_be_page and answer_judge is None:
                    start_response(given.status, given.headers)
                    return parts
                content = b"".join(parts)
                if not (may_be_page and content.lstrip().lower().startswith(PAGE)):
                    if answer_judge is not None and call is not None:
                        answer_judge.note(call, given.to(environ["REQUEST_METHOD"], content))
                    start_response(given.status, given.headers)
                    return [content]
                answer = _not_emulated(tally, call, environ, body, "")
        start_response(answer.status, [*answer.headers, ("Content-Length", str(len(answer.body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    return behind_models


def with_strict_page(application: Application, tally: Tally) -> Application:
    """The application with the page `STRICT_PATH`."""

    def extended(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") != STRICT_PATH:
            return application(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [tally.page()]

    return extended


class _Started:
    """Status and headers that an application gave, before they are sent."""

    status = ""
    headers: list[tuple[str, str]] = []

    def start_response(self, status: str, headers: list[tuple[str, str]], *_error: Any) -> None:
        self.status, self.headers = status, headers

    def to(self, method: str, body: bytes) -> Given:
        """The answer to a request."""
        return Given(method=method, status=int(self.status[:3]), headers=self.headers, body=body)

    def may_be_page_of_flask(self) -> bool:
        """Whether no route may have taken the request. Some of moto's own errors have the type of HTML too."""
        types = [value for name, value in self.headers if name.lower() == "content-type"]
        return self.status[:3] in NO_ROUTE and any(one.startswith("text/html") for one in types)


def _not_emulated(tally: Tally, call: Call | None, environ: Environ, body: bytes, detail: str) -> Answer:
    name = call.name if call is not None else name_of(environ, body)
    message = f"{name} is not emulated by the embedded AWS"
    if detail and "action has not been implemented" not in detail:
        message += f" as it was called: {detail}"
    tally.count(tally.not_emulated, name, message)
    return _error(call, environ, body, NOT_EMULATED, message)


def _failed(tally: Tally, call: Call | None, environ: Environ, body: bytes, problem: Exception) -> Answer:
    name = call.name if call is not None else name_of(environ, body)
    # The text of the exception may hold what was sent.
    message = f"{name} fails in the embedded AWS with {type(problem).__name__}; the traceback is in its log"
    tally.count(tally.failed, f"{name} {type(problem).__name__}", message)
    return _error(call, environ, body, FAILED, message)


def _error(call: Call | None, environ: Environ, body: bytes, code: str, message: str) -> Answer:
    protocol = "rest-xml"
    if "HTTP_X_AMZ_TARGET" in environ or environ.get("CONTENT_TYPE", "").startswith("application/json"):
        protocol = "json"
    elif b"Action=" in body:
        protocol = "query"
    return error(call, status=STATUS, code=code, message=message, protocol=protocol)
