"""The commit that an image is named after."""

import subprocess
from pathlib import Path

import pytest

from release.commit import commit_tag
from release.errors import BadRequestError, RefusedError


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Anna", "-c", "user.email=anna@example.com"]
    ended = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], capture_output=True, text=True, check=True
    )
    return ended.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "app.py").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    return tmp_path


def test_a_clean_tree_is_named_after_its_commit(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert commit_tag(repository, allow_dirty=False) == commit[:12]
    assert commit_tag(repository, allow_dirty=True) == commit[:12]


@pytest.mark.parametrize("name", ["app.py", "new.py"])
def test_files_that_differ_are_refused_or_marked(repository: Path, name: str) -> None:
    (repository / name).write_text("two")
    with pytest.raises(RefusedError, match=rf"differ from the commit \w+ \({name}\).*add --dirty"):
        commit_tag(repository, allow_dirty=False)
    assert commit_tag(repository, allow_dirty=True) == f"{git(repository, 'rev-parse', 'HEAD')[:12]}-dirty"


def test_without_a_repository_the_tag_has_to_be_given(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="is not in a git repository with a commit: name the image with --tag"):
        commit_tag(tmp_path, allow_dirty=False)
    git(tmp_path, "init", "--quiet")
    with pytest.raises(BadRequestError, match="--tag"):
        commit_tag(tmp_path, allow_dirty=False)
