"""Compares a request with the model of its operation."""

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.strict.calls import Call, UnjudgedError, name_of, recognise
from local.strict.constraints import check
from local.strict.decoding import decode_request
from local.strict.exceptions import refusable
from local.strict.page import Tally
from local.strict.refusals import Answer, refusal
from local.strict.violations import Findings, Kind, Violation


def examine(call: Call, environ: Mapping[str, Any], body: bytes) -> list[Violation]:
    """Everything that the model says against a request."""
    findings = Findings()
    members = decode_request(call, environ, body, findings)
    if members is not None and call.operation.input_shape is not None:
        check(call.operation.input_shape, members, findings)
    return findings.violations


class Judge:
    """Judges requests and counts what it finds.

    Args:
        tally: receives the counts.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def recognise(self, environ: Mapping[str, Any], body: bytes) -> Call | None:
        """The call that a request is, or `None` if no model knows it."""
        try:
            return recognise(environ, body)
        except UnjudgedError as reason:
            self._tally.count(self._tally.not_judged, str(reason), f"Not judged by a model: {reason}")
        except Exception as error:
            self._own_error(name_of(environ, body), error)
        return None

    def refusal(self, call: Call, environ: Mapping[str, Any], body: bytes) -> Answer | None:
        """The answer to a request that AWS refuses; `None` for all others. It raises nothing."""
        try:
            violations = examine(call, environ, body)
            self._tally.judged += 1
            for one in violations:
                if one.kind is Kind.UNKNOWN:
                    self._note_unknown(call, one)
            refused = refusable(call.service, call.operation.name, violations)
            if not refused:
                return None
            answer = refusal(call, refused)
        except Exception as error:
            self._own_error(call.name, error)
            return None
        for one in refused:
            key = f"{call.name} {one.place} {one.kind}"
            self._tally.count(
                self._tally.refused, key, f"Refused by AWS's model: {call.name}: {one.path} must {one.bound}"
            )
        return answer

    def _note_unknown(self, call: Call, violation: Violation) -> None:
        key = f"{call.name} {violation.place}"
        line = f"Unknown to AWS's model, ignored: {violation.path} of {call.name}"
        self._tally.count(self._tally.unknown_members, key, line)

    def _own_error(self, name: str, error: Exception) -> None:
        """A checker that fails must not be what stops an apply; `STRICT_PATH` reports it, and tests look there."""
        # The text of the exception may hold what was sent.
        where = traceback.extract_tb(error.__traceback__)[-1]
        key = f"{name} {type(error).__name__} in {Path(where.filename).name}:{where.lineno}"
        self._tally.count(self._tally.errors, key, f"The check by AWS's model failed, the request passes: {key}")
