"""The old words are gone from file names, identifiers, docstrings, comments, messages, documents and help texts."""

import re
from collections.abc import Iterator

import click
import pytest

from cli.app import windlass
from tests.words.scan import Hit, files, hits, hits_in_file, hits_in_text
from tests.words.words import IDENTIFIERS, NAMES, PHRASES

OLD_TEXTS = (
    "so that it is nobody's confused deputy",
    "it shows what stands where, and stands behind the proxy",
    "used as it stands",
    "it stands still",
    "the cluster goes home",
    "it ends by itself",
    "they end by themselves",
    "handed on to whoever asks",
    "the only one of its kind",
    "it lasts so long",
    "the role is told its name",
    "it tells of a failure",
    "an error in words",
    "the file says where it lies",
    "it lies beside the others",
    "a secret of nobody",
    "the way in of a request, the way out of a task",
    "what is mended stays mended",
    "the wish of a user",
    "a lock that is asked for",
    "it asks AWS",
    "until it has settled",
    "a one-sided service",
    "the surroundings of a task",
    "a figure of the queue",
    "who looks at it",
    "a look at the service",
    "it makes its tables",
    "this is no list",
    "a domain of one's own",
    "it has only just begun",
    "read to its end",
    "the other side",
    "three all told",
    "no connection is to be had",
    "it happens seldom",
    "on the far side",
    "before all else",
    "it waits for ever",
    "commands as they stand",
    "a newer one is as good as this",
    "nothing shall change",
    "the bucket lies in another region",
    "the image is taken back",
    "ECS took the deployment back",
    "nothing where none stands",
    "a setting that stands somewhere else",
    "it lies under another path",
    "it was once told not to",
    "every mistake is told at once",
    "it tells what it does",
    "the other slot is made anew",
    "it has given no sign of life",
    "this is no pair",
    "the port is also that of another",
    "connections at the very most",
    "switch in spite of it",
    "others are at work on it",
    "changed past Terraform",
    "known to anybody",
    "`one-nat` or `nat-per-zone`",
    "copy_backups_to",
    "airflow.reaches",
    "the outputs blue_image_parameters",
    "resource_policies_name_who",
    "managed_policies_are_few",
    "execution_and_task_role_are_two",
    "no_path_but_those_of_the_table",
    "rules_are_rows_of_the_table",
    "rows_of_the_table_are_paths",
    "everything_with_an_address_is_known",
    "only_load_balancers_lie_in_public_subnets",
    "data_has_no_way_out",
    "groups_are_carried",
    "no_secret_stands_in_plain_text",
    "failed_deployments_are_taken_back",
    "temporary_files_have_a_place",
    "tags_reach_the_tasks",
    "hosts_are_names",
    "who_needs_the_database_gets_time",
    "checks_need_nothing_that_images_lack",
    "listeners_speak_modern_tls",
    "targets_are_asked_the_agreed_way",
    "minor_versions_follow_aws",
    "states_have_versions",
    "nothing_is_looked_up_by_its_looks",
)
"""Sentences and names as they once were; together they have every phrase of the list."""

NEW_TEXTS = (
    "It prevents the confused-deputy problem, and scales to zero at night.",
    "NotFound: the resource was not found.",
    "In words of its own; a figure in docs; no way of knowing.",
)


def _texts(hits_of_one: Iterator[Hit]) -> list[str]:
    return [hit.text for hit in hits_of_one]


def test_no_old_word_is_left() -> None:
    left = [str(hit) for hit in hits()]
    assert not left, "\n".join(left)


def test_the_scan_reads_code_tests_and_documents() -> None:
    folders = {path.split("/")[0] for path in files()}
    assert {"cli", "config", "layers", "modules", "release", "local", "tests", "docs", "docker", "README.md"} <= folders
    assert {"README.md", "docs/lessons.md", "docs/architecture.md", "cli/app.py"} <= set(files())


@pytest.mark.parametrize(("pattern", "instead"), PHRASES.items())
def test_every_phrase_of_the_list_is_found_in_an_old_text(pattern: str, instead: str) -> None:
    matches = [match for text in OLD_TEXTS if (match := re.search(pattern, text, re.IGNORECASE))]
    assert matches
    reported = [(hit.text, hit.instead) for hit in hits_in_text("a.md", 1, matches[0].string)]
    assert (matches[0][0], instead) in reported


@pytest.mark.parametrize("text", OLD_TEXTS)
def test_an_old_text_is_found_in_docstrings_comments_strings_and_markdown(text: str) -> None:
    in_markdown = _texts(hits_in_file("page.md", f"# Title\n\nA line.\n{text}.\n"))
    assert in_markdown
    assert _texts(hits_in_file("module.py", f'def f() -> None:\n    """{text}."""\n')) == in_markdown
    assert _texts(hits_in_file("module.py", f"X = 1  # {text}\n")) == in_markdown
    assert _texts(hits_in_file("module.py", f'X = f"{{1}} {text}"\n')) == in_markdown
    assert {hit.line for hit in hits_in_file("page.md", f"# Title\n\nA line.\n{text}.\n")} == {4}


@pytest.mark.parametrize("text", NEW_TEXTS)
def test_plain_text_is_not_reported(text: str) -> None:
    assert _texts(hits_in_text("page.md", 1, text)) == []


def test_a_phrase_over_two_lines_is_found() -> None:
    assert _texts(hits_in_text("page.md", 1, "it ends by\nitself")) == ["by itself"]
    assert _texts(hits_in_text("page.md", 1, "- it ends by\n  itself")) == ["by itself"]


def test_the_makefile_and_the_names_of_tests_are_read() -> None:
    assert "Makefile" in files()
    assert _texts(hits_in_file("Makefile", "format:  ## Mend it\n")) == ["Mend"]
    assert _texts(hits_in_file("a.py", "def test_it_ends_by_itself() -> None: ...\n")) == ["by itself"]


def test_the_changelog_is_read_but_for_its_tables_of_old_names() -> None:
    text = "| old | new |\n|---|---|\n| `copy_backups_to` | `backup_replication` |\n- It ends by itself.\n"
    assert _texts(hits_in_file("CHANGELOG.md", text)) == ["by itself"]


@pytest.mark.parametrize("word", sorted(NAMES))
def test_an_old_part_of_a_name_is_found_in_files_functions_classes_parameters_and_variables(word: str) -> None:
    name, class_name = f"{word}_rules", f"{word.title()}Rules"
    assert _texts(hits_in_file(f"config/{name}.toml", "")) == [name]
    assert _texts(hits_in_file("a.py", f"def {name}() -> None: ...\n")) == [name]
    assert _texts(hits_in_file("a.py", f"class {class_name}: ...\n")) == [class_name]
    assert _texts(hits_in_file("a.py", f"def f({name}: int) -> None: ...\n")) == [name]
    assert _texts(hits_in_file("a.py", f"{name} = 1\n")) == [name]
    assert _texts(hits_in_file("a.py", f"self.{name} = 1\n")) == [name]


@pytest.mark.parametrize("name", sorted(IDENTIFIERS))
def test_an_old_identifier_is_found(name: str) -> None:
    assert name in _texts(hits_in_file("a.py", f"def {name}() -> None: ...\n"))
    assert name in _texts(hits_in_file(f"cli/{name}.py", ""))


def _commands(command: click.Command, path: str = "windlass") -> Iterator[tuple[str, click.Command, click.Context]]:
    context = click.Context(command, info_name=path)
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            yield from _commands(below, f"{path} {name}")


def test_no_old_word_is_in_the_help_of_any_command() -> None:
    helps = {path: command.get_help(context) for path, command, context in _commands(windlass)}
    assert {"windlass deploy", "windlass airflow", "windlass local apply"} <= set(helps)
    left = [str(hit) for path, text in helps.items() for hit in hits_in_text(path, 1, text)]
    assert not left, "\n".join(left)
