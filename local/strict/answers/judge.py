"""Compares an answer of the embedded AWS with the model of its operation, in tests."""

import traceback

from local.strict.answers.errors import check_error
from local.strict.answers.exceptions import unfaithful
from local.strict.answers.reading import Given, read_answer
from local.strict.calls import Call
from local.strict.constraints import check
from local.strict.page import Tally
from local.strict.violations import Findings, Kind, Violation

PARTIAL_CONTENT = 206
"""Of a range of an object."""


def examine_answer(call: Call, given: Given) -> list[Violation]:
    """Everything that the model says against an answer."""
    findings = Findings()
    if given.status >= 400:
        check_error(call, given, findings)
        return findings.violations
    if given.status >= 300:
        return []
    _check_status(call, given, findings)
    shape = call.operation.output_shape
    if shape is not None:
        members = read_answer(call, given, findings)
        if members is not None:
            check(shape, members, findings)
    return findings.violations


def _check_status(call: Call, given: Given, findings: Findings) -> None:
    modelled = call.operation.http.get("responseCode")
    if modelled is not None and given.status not in (modelled, PARTIAL_CONTENT):
        findings.add("", Kind.STATUS, f"have the status {modelled}", given.status)


class AnswerJudge:
    """Judges answers and counts what it finds; it changes none.

    Args:
        tally: receives the counts.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def note(self, call: Call, given: Given) -> None:
        """Judge one answer. It raises nothing."""
        try:
            violations = unfaithful(call.service, call.operation.name, examine_answer(call, given))
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            key = f"answer of {call.name} {type(error).__name__} in {place.name}:{place.lineno}"
            self._tally.count(self._tally.errors, key, f"The check of an answer failed: {key}")
            return
        self._tally.judged_answers += 1
        for one in violations:
            key = f"{call.name} {one.place} {one.kind}: must {one.bound}"
            line = f"Against AWS's model: the answer of {call.name}: {one.path} must {one.bound}; it is {one.value!r}"
            self._tally.count(self._tally.unfaithful_answers, key, line)
