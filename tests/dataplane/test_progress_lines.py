"""The lines that a wait for containers prints: short, with names and reasons, and none of them over and over."""

from pathlib import Path

import pytest

from local.dataplane import DataPlaneStatus, ServiceStatus
from local.dataplane.desired_state.changes import Changes
from local.dataplane.diagnosis import last_line, last_log_line
from local.dataplane.news import News
from local.dataplane.status import waiting_for

WIDTH = 120
REASON = "starting: container api-server: the API server does not answer: Connection refused, and much more than that"
NOTHING: frozenset[str] = frozenset()


def status(*problems: str) -> DataPlaneStatus:
    """A data plane with a service for each problem."""
    services = [
        ServiceStatus(
            name=f"windlass-local-airflow-component-{number}",
            desired=1,
            running=0,
            healthy=0,
            pending=1,
            deployment="in progress",
            steady=False,
            problem=problem,
            next_step="",
            logs=(),
        )
        for number, problem in enumerate(problems)
    ]
    return DataPlaneStatus(
        running=True,
        ready=True,
        pid=1,
        ports=(),
        services=tuple(services),
        stores=(),
        problems=(),
        changes=Changes(),
        authority_path=Path(),
        log_path=Path(),
    )


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_a_line_has_a_word_for_each_service_and_fits_a_terminal(count: int) -> None:
    line = waiting_for(status(*[REASON] * count), NOTHING, prefix="windlass-local-")
    assert line.startswith("airflow-component-0 (starting)")
    assert len(f"waiting for {line}") <= WIDTH
    named = line.count("(starting)")
    assert line.endswith(f" and {count - named} more" if named < count else "(starting)")


def test_a_reason_that_fits_is_given() -> None:
    assert (
        waiting_for(status("unhealthy: container web: no such table"), NOTHING, prefix="windlass-local-")
        == "airflow-component-0 (unhealthy: container web: no such table)"
    )
    assert waiting_for(status(""), NOTHING) == "windlass-local-airflow-component-0 (starting)"


def test_what_was_not_read_yet_is_a_sentence_with_waiting_for() -> None:
    line = waiting_for(status(), frozenset({"ecs"}))
    assert line == "the data plane to read what changed in the embedded AWS (ecs)"


def test_reasons_are_without_numbers_of_errors(tmp_path: Path) -> None:
    said = "first\nthe API server does not answer: [Errno 111] Connection refused\n"
    (tmp_path / "log").write_text(said)
    assert last_line(said) == "the API server does not answer: Connection refused"
    assert last_log_line(tmp_path / "log") == last_line(said)


def test_the_same_line_is_not_repeated_and_no_wait_is_silent() -> None:
    lines: list[tuple[int, str]] = []
    now = 0
    news = News(lambda line: lines.append((now, line)), 0)
    for now in range(45):
        if news.is_due(now):
            news.say("waiting for one" if now < 35 else "waiting for two", now)
    assert lines == [
        (10, "waiting for one"),
        (20, "still waiting after 20 s"),
        (30, "still waiting after 30 s"),
        (40, "waiting for two"),
    ]
