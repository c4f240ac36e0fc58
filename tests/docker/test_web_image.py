"""The Dockerfile, read by a small parser: nothing here can build it, so what can go wrong in it is checked by rule."""

import importlib.util
import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tests.docker.web_service import FOLDER

LOCK = FOLDER.parents[1] / "Pipfile.lock"


def instructions() -> list[tuple[str, str]]:
    """(instruction, arguments) in order, continuation lines joined, comments left out."""
    lines = [line for line in (FOLDER / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


def arguments(name: str) -> list[str]:
    return [text for instruction, text in instructions() if instruction == name]


def last_stage() -> list[tuple[str, str]]:
    result = instructions()
    start = max(index for index, (name, _) in enumerate(result) if name == "FROM")
    return result[start:]


def test_it_is_short_and_every_stage_names_platform_and_a_fixed_base() -> None:
    assert len((FOLDER / "Dockerfile").read_text().splitlines()) < 50
    assert "PLATFORM=linux/arm64" in arguments("ARG")
    [image] = [text for text in arguments("ARG") if text.startswith("PYTHON_IMAGE=")]
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+-slim", image)
    assert len(arguments("FROM")) == 2
    for stage in arguments("FROM"):
        assert stage.startswith("--platform=${PLATFORM} ${PYTHON_IMAGE}")
    assert "latest" not in (FOLDER / "Dockerfile").read_text()


def test_what_it_copies_exists_and_is_let_through_to_the_build() -> None:
    ignore = (FOLDER / ".dockerignore").read_text().splitlines()
    assert ignore[0] == "*"
    sources = [text.split()[0] for text in arguments("COPY") if not text.startswith("--from")]
    assert sources == ["requirements.txt", "web"]
    for source in sources:
        assert (FOLDER / source).exists()
        assert f"!{source}" in ignore
    created = {text.split()[-1] for text in arguments("COPY") if not text.startswith("--from")} | {"/venv"}
    for text in arguments("COPY"):
        if text.startswith("--from=build"):
            assert any(path.startswith(text.split()[1]) for path in created)


def test_it_runs_the_service_as_a_numeric_user_and_is_stopped_by_sigterm() -> None:
    stage = dict(last_stage())
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", stage["USER"])
    assert json.loads(stage["CMD"]) == ["python", "-m", "web"]
    assert stage["STOPSIGNAL"] == "SIGTERM"
    assert stage["EXPOSE"] == "8000"
    assert 'org.opencontainers.image.version="${VERSION}"' in stage["LABEL"]
    assert "PYTHONUNBUFFERED=1" in stage["ENV"]
    names = [name for name, _ in last_stage()]
    assert not {"RUN", "ADD", "ENTRYPOINT", "HEALTHCHECK"} & set(names)
    assert (FOLDER / "web" / "__main__.py").exists()


def test_the_requirements_are_those_of_the_lock_with_their_hashes() -> None:
    path = FOLDER / "lock_requirements.py"
    spec = importlib.util.spec_from_file_location("lock_requirements", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    text = (FOLDER / "requirements.txt").read_text()
    assert text == module.requirements(json.loads(LOCK.read_text())), f"run python {path.relative_to(LOCK.parent)}"
    assert "--require-hashes" in " ".join(arguments("RUN"))


def test_the_tests_run_on_the_versions_that_the_image_holds() -> None:
    pinned = re.findall(r"^([a-z0-9-]+)==(\S+) \\$", (FOLDER / "requirements.txt").read_text(), re.MULTILINE)
    assert {"alembic", "flask", "gunicorn", "psycopg", "psycopg-binary", "psycopg-pool", "sqlalchemy"} <= {
        name for name, _ in pinned
    }
    assert {name: version(name) for name, _ in pinned} == dict(pinned)


def test_no_file_of_the_image_imports_what_is_not_pinned() -> None:
    allowed = {"web", "flask", "werkzeug", "psycopg", "psycopg_pool"} | set(sys.stdlib_module_names)
    for path in Path(FOLDER / "web").rglob("*.py"):
        imported = set(re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE))
        migrates = path.name == "migrate.py" or "migrations" in path.parts
        outside = imported - allowed - ({"alembic", "sqlalchemy"} if migrates else set())
        assert not outside, f"{path.name} imports {outside}"


def test_the_service_loads_nothing_of_what_migrations_need() -> None:
    code = "import sys, web.wsgi, web.gunicorn_conf; sys.exit(bool({'alembic', 'sqlalchemy'} & set(sys.modules)))"
    given = {"DATABASE_URL": "postgresql://u:p@h/d?sslmode=require", "COLOUR": "blue", "VERSION": "1"}
    assert subprocess.run([sys.executable, "-c", code], cwd=FOLDER, env=given).returncode == 0
