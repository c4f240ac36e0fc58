"""What is printed while a command waits."""

import io

import pytest
from rich.console import Console

from release.reporter import Reporter


def test_a_log_gets_a_line_when_it_says_something_new_and_no_colour() -> None:
    console = Console(file=io.StringIO(), force_terminal=False, width=80)
    with Reporter(console) as reporter:
        reporter.wait("1 of 2", rest="10 s left")
        reporter.wait("1 of 2", rest="9 s left")
        reporter.wait("2 of 2", rest="8 s left")
        reporter.say("done", style="green")
    assert console.file.getvalue() == "1 of 2\n2 of 2\ndone\n"  # type: ignore[attr-defined]


def test_no_wait_in_a_log_is_silent_for_more_than_fifteen_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("release.reporter.time.monotonic", lambda: now)
    console = Console(file=io.StringIO(), force_terminal=False, width=80)
    with Reporter(console) as reporter:
        for now in (100.0, 105.0, 114.0, 115.0, 120.0, 131.0):
            reporter.wait("1 of 2", rest=f"{round(200 - now)} s left")
    assert console.file.getvalue() == "1 of 2\n1 of 2  85 s left\n1 of 2  69 s left\n"  # type: ignore[attr-defined]


def test_a_terminal_shows_the_time_that_is_left() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Reporter(console) as reporter:
        reporter.wait("1 of 2", rest="10 s left")
        reporter.wait("2 of 2", rest="9 s left")
    assert "9 s left" in console.file.getvalue()  # type: ignore[attr-defined]


def test_results_have_a_console_of_their_own() -> None:
    progress, results = (Console(file=io.StringIO(), force_terminal=False, width=80) for _ in range(2))
    with Reporter(progress, results=results) as reporter:
        reporter.say("half of it")
        reporter.result("all of it", style="green")
    assert progress.file.getvalue() == "half of it\n"  # type: ignore[attr-defined]
    assert results.file.getvalue() == "all of it\n"  # type: ignore[attr-defined]
