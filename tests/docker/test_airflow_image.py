"""Airflow's Dockerfile, read by a small parser: the tests cannot build it, so rules check for mistakes."""

import re
import shlex
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docker" / "airflow"
TEXT = (FOLDER / "Dockerfile").read_text()
README = (FOLDER / "README.md").read_text()

Instruction = tuple[str, str]


def stages() -> dict[str, list[Instruction]]:
    """Instructions of each stage by its name; "" holds those before the first stage, "default" is the last stage."""
    lines = [line for line in TEXT.splitlines() if line.strip() and not line.startswith("#")]
    result: dict[str, list[Instruction]] = {"": []}
    name = ""
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        instruction, text = line.split(None, 1)
        if instruction == "FROM":
            name = text.partition(" AS ")[2] or "default"
            result[name] = []
        result[name].append((instruction, text))
    return result


def arguments(stage: str, instruction: str) -> list[str]:
    return [text for name, text in stages()[stage] if name == instruction]


def test_it_is_short_and_the_base_is_the_official_image_of_one_version_and_platform() -> None:
    assert len(TEXT.splitlines()) < 50
    defaults = dict(text.split("=") for text in arguments("", "ARG"))
    assert defaults["PLATFORM"] == "linux/arm64"
    [base] = arguments("airflow", "FROM")
    assert base.startswith("--platform=${PLATFORM} ")
    image = base.split()[1]
    for name, value in defaults.items():
        image = image.replace(f"${{{name}}}", value)
    assert image == "docker.io/apache/airflow:3.1.8-python3.12"
    assert "latest" not in TEXT


def test_its_version_is_the_one_that_the_tests_run() -> None:
    [version] = [text.partition("=")[2] for text in arguments("", "ARG") if text.startswith("AIRFLOW_VERSION=")]
    assert f"apache-airflow=={version} " in (FOLDER / "requirements.txt").read_text()


def test_packages_are_wheels_installed_by_uv_and_never_change_airflow() -> None:
    [run] = arguments("airflow", "RUN")
    words = shlex.split(run)
    assert words[:3] == ["uv", "pip", "install"]
    assert "apache-airflow==${AIRFLOW_VERSION}" in words
    assert {"--compile-bytecode", "--no-cache", "--only-binary"} <= set(words)
    # The value of an argument from before FROM is empty in a stage that does not ask for it.
    assert "AIRFLOW_VERSION" in arguments("airflow", "ARG")
    for stage in ("with-dags", "default"):
        assert "VERSION" in arguments(stage, "ARG")
        assert arguments(stage, "FROM")[0].split()[0] == "airflow"


def test_user_entry_point_and_checks_stay_those_of_the_official_image() -> None:
    used = {name for instructions in stages().values() for name, _ in instructions}
    assert used == {"ARG", "FROM", "COPY", "RUN", "LABEL"}
    assert not re.search(r"\b(apt|apt-get|curl|vim|gdb|strace|tcpdump)\b", TEXT)
    assert "airflow.cfg" not in TEXT


def test_what_it_copies_exists_and_is_let_through_to_the_build() -> None:
    assert arguments("airflow", "COPY") == ["beyond-image.txt /"]
    assert (FOLDER / ".dockerignore").read_text().splitlines() == ["*", "!beyond-image.txt"]
    assert (FOLDER / "beyond-image.txt").is_file()
    [dags] = arguments("with-dags", "COPY")
    assert dags.split() == ["--from=dags", "--chown=airflow:root", ".", "/opt/airflow/dags/"]


def test_packages_beyond_the_image_are_exact_versions() -> None:
    lines = [line for line in (FOLDER / "beyond-image.txt").read_text().splitlines() if line.strip()]
    assert [line for line in lines if not re.fullmatch(r"#.*|[a-z0-9._\[\]-]+==\S+", line)] == []


def test_the_build_command_names_commit_platform_and_stages_that_exist() -> None:
    builds = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "buildx" in block]
    assert len(builds) == 2
    for build in builds:
        words = shlex.split(build.replace("\\\n", " "))
        assert words[words.index("--platform") + 1] == "linux/arm64"
        assert words[words.index("--tag") + 1] == "$REPOSITORY:$(git rev-parse --short HEAD)"
        assert "VERSION=$(git rev-parse --short HEAD)" in words
        if "--target" in words:
            target = words[words.index("--target") + 1]
            assert f"{words[words.index('--build-context') + 1].partition('=')[0]}" in stages()[target][-1][1]
    requested = set(re.findall(r"--build-arg ([A-Z_]+)=", README + TEXT))
    assert requested <= {text.partition("=")[0] for stage in stages() for text in arguments(stage, "ARG")}
