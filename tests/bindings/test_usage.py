"""Which submodules of the bindings the project's sources name."""

from pathlib import Path

from bindings.usage import in_sources


def test_submodules_are_found_in_folders_that_are_links(tmp_path: Path) -> None:
    elsewhere, project = tmp_path / "elsewhere", tmp_path / "project"
    for folder in (elsewhere, project):
        folder.mkdir()
    (elsewhere / "network.py").write_text("from cdktf_cdktf_provider_aws.vpc import Vpc\n")
    (project / "main.py").write_text("import cdktf_cdktf_provider_aws.s3_bucket\n")
    (project / "layers").symlink_to(elsewhere)
    (elsewhere / "project").symlink_to(project)
    assert in_sources(project) == {"vpc", "s3_bucket"}


def test_what_is_installed_or_generated_is_not_searched(tmp_path: Path) -> None:
    for name in (".venv", "cdktf.out", "node_modules"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "code.py").write_text("import cdktf_cdktf_provider_aws.vpc\n")
    assert in_sources(tmp_path) == frozenset()
