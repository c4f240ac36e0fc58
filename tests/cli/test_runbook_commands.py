"""Commands of the runbooks that change a whole environment, on a made-up project."""

import shlex

import pytest

from tests.docs import runbooks
from tests.docs.project_situations import IN_A_PROJECT, keyboard


@pytest.mark.parametrize("command", sorted(IN_A_PROJECT))
def test_it_does_what_its_page_says(windlass, terraform, monkeypatch, command):
    typed, situation = IN_A_PROJECT[command]
    keyboard(monkeypatch, typed)

    def run(command, **values):
        program, *arguments = shlex.split(runbooks.filled(command, values))
        assert program == "./windlass"
        return windlass(*arguments)

    situation(run, terraform)
