"""A trimmed assembly contains exactly the types of its submodules, as in the installed assembly."""

import gzip
import io
import json
import re
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bindings import assembly, paths, trimming
from bindings.lean import EAGER, LAZY, SCRIPT, make_lean_cdktf

DESCRIPTION = {
    "name": "@cdktf/provider-aws",
    "readme": {"markdown": "# long"},
    "submodules": {
        "@cdktf/provider-aws.subnet": {"symbolId": "src/subnet/index:", "readme": {"markdown": "# subnet"}},
        "@cdktf/provider-aws.vpc": {"symbolId": "src/vpc/index:", "readme": {"markdown": "# vpc"}},
        "@cdktf/provider-aws.vpcEndpoint": {"symbolId": "src/vpc-endpoint/index:"},
    },
    "types": {
        "@cdktf/provider-aws.subnet.Subnet": {"kind": "class", "docs": {"summary": "A subnet."}},
        "@cdktf/provider-aws.vpc.Vpc": {"kind": "class", "methods": [{"name": "a", "docs": {"summary": "long"}}]},
        "@cdktf/provider-aws.vpc.VpcConfig": {"kind": "interface", "locationInModule": {"line": 1}},
        "@cdktf/provider-aws.vpcEndpoint.VpcEndpoint": {"kind": "class"},
    },
    "version": "20.1.0",
}
SPLIT_OR_NESTED = (
    "ecs_service",
    "lb_listener_rule",
    "provider",
    "quicksight_data_set",
    "s3_bucket_lifecycle_configuration",
    "wafv2_rule_group",
    "wafv2_web_acl",
)


def test_other_submodules_and_documentation_are_left_out() -> None:
    kept = trimming.trimmed_description(json.dumps(DESCRIPTION, indent=2).encode(), {"vpc"})
    assert kept["types"] == {
        "@cdktf/provider-aws.vpc.Vpc": {"kind": "class", "methods": [{"name": "a"}]},
        "@cdktf/provider-aws.vpc.VpcConfig": {"kind": "interface"},
    }
    assert kept["submodules"] == {"@cdktf/provider-aws.vpc": {"symbolId": "src/vpc/index:"}}
    assert kept["version"] == "20.1.0"


@pytest.mark.parametrize("indent", [None, 4])
def test_another_layout_is_refused(indent: int | None) -> None:
    content = json.dumps(DESCRIPTION, indent=indent).encode()
    with pytest.raises((assembly.UnknownLayoutError, ValueError)):
        trimming.trimmed_description(content, {"vpc"})


def test_a_submodule_without_types_is_refused() -> None:
    with pytest.raises(assembly.UnknownLayoutError, match="nothing"):
        trimming.trimmed_description(json.dumps(DESCRIPTION, indent=2).encode(), {"vpc", "nothing"})


def test_cuts_are_named_by_all_that_they_are_key() -> None:
    names = {
        assembly.trimmed_file(["vpc", "subnet"]),
        assembly.trimmed_file(["vpc"]),
        assembly.trimmed_file(["vpc"], "@cdktf/provider-aws-2"),
    }
    assert len(names) == 3
    assert assembly.trimmed_file(["subnet", "vpc"]) == assembly.trimmed_file(["vpc", "subnet"])


def test_what_is_no_submodule_is_ignored() -> None:
    assert assembly.existing(["vpc", "no_such", "_jsii", "../vpc", ""]) == {"vpc"}


@pytest.mark.slow
def test_the_types_are_those_of_the_installed_assembly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assembly, "cache_folder", lambda: tmp_path)
    submodules = assembly.existing(SPLIT_OR_NESTED)
    assert submodules == set(SPLIT_OR_NESTED)
    files = _files(trimming.trim(submodules))
    types = json.loads(files["package/.jsii"])["types"]

    whole = json.loads(_installed_description())
    namespaces = {trimming._namespace(submodule) for submodule in submodules}
    wanted = {name: body for name, body in whole["types"].items() if name.split(".")[1] in namespaces}
    assert types == trimming.without_documentation(wanted)
    assert _declared_in_python(submodules) <= types.keys()
    references = set(re.findall(r'"(@cdktf/provider-aws\.[^"]+)"', json.dumps(types)))
    assert references <= types.keys(), "a type refers to one that is left out"


@pytest.mark.slow
def test_every_submodule_of_the_bindings_is_independent() -> None:
    folder = paths.package_folder(paths.PACKAGE)
    sources = {
        file.parent.name: file.read_text() for file in folder.glob("*/__init__.py") if file.parent.name != "_jsii"
    }
    assert len(sources) > 2000
    for name, source in sources.items():
        namespaces = set(trimming.DECLARED_TYPE.findall(source))
        assert len(namespaces) == 1, f"{name} declares types of {namespaces}"
        assert not re.search(r"^(from|import) (\.\.(?!_jsii)|cdktf_cdktf)", source, re.MULTILINE), name


@pytest.mark.slow
def test_a_supplement_has_its_own_name_throughout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assembly, "cache_folder", lambda: tmp_path)
    files = _files(trimming.trim(frozenset({"vpc"}), "@cdktf/provider-aws-2"))
    assert json.loads(files["package/package.json"])["name"] == "@cdktf/provider-aws-2"
    assert '"@cdktf/provider-aws-2.vpc.Vpc"' in files["package/lib/vpc/index.js"].decode()
    assert not any(re.search(rb'"@cdktf/provider-aws[".]', content) for content in files.values())


def test_the_lean_cdktf_differs_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bindings.lean.cache_folder", lambda: tmp_path)
    installed = next((paths.package_folder("cdktf") / "_jsii").glob("*.tgz"))
    lean, original = _files(make_lean_cdktf(installed)), _files(installed)
    assert {name for name in original if original[name] != lean.pop(name)} == {SCRIPT}
    assert lean == {}
    assert original[SCRIPT].count(EAGER) == 1 and LAZY not in original[SCRIPT]


def test_a_cdktf_without_that_line_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bindings.lean.cache_folder", lambda: tmp_path)
    installed = tmp_path / "cdktf@9.jsii.tgz"
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("package/lib/index.js"))
    installed.write_bytes(gzip.compress(plain.getvalue()))
    assert make_lean_cdktf(installed).read_bytes() == installed.read_bytes()


def _files(archive_file: Path) -> dict[str, bytes]:
    with tarfile.open(archive_file) as archive:
        members = [member for member in archive if member.isfile()]
        return {member.name: file.read() for member in members if (file := archive.extractfile(member))}


@cache
def _installed_description() -> bytes:
    with tarfile.open(assembly.installed(), "r|gz") as archive:
        for member in archive:
            if member.name == trimming.DESCRIPTION and (file := archive.extractfile(member)):
                return file.read()
    raise AssertionError("the installed assembly has no description")


def _declared_in_python(submodules: frozenset[str]) -> set[str]:
    folder = paths.package_folder(paths.PACKAGE)
    sources: list[Any] = [(folder / submodule / "__init__.py").read_text() for submodule in submodules]
    return {name for source in sources for name in re.findall(r'jsii_type="([^"]+)"', source)}
