"""Writes generated stacks to the output folder of Terraform and the `cdktf` command, all of them or none."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CDKTF_VERSION = "0.21.0"


def stack_folder(root: Path, environment: str, layer: str) -> Path:
    """`cdktf.out/stacks/<environment>-<layer>`: where Terraform runs."""
    return output_folder(root) / "stacks" / f"{environment}-{layer}"


def output_folder(root: Path) -> Path:
    """`cdktf.out`, or the folder that the `cdktf` command sets."""
    return root / os.environ.get("CDKTF_OUTDIR", "cdktf.out")


def write_stacks(
    root: Path,
    environment: str,
    documents: Mapping[str, Mapping[str, Any]],
    *,
    extra_files: Mapping[str, str] | None = None,
) -> dict[str, Path]:
    """Write every stack of an environment, and the manifest that names them; returns the folders by layer.

    Args:
        root: the project's folder.
        environment: its name.
        documents: the JSON of each layer.
        extra_files: further files for each stack's folder, name → text. Default: none.

    All files are written under temporary names before the first replaces an old one. Terraform's own files in the
    folders stay.
    """
    folders = {layer: stack_folder(root, environment, layer) for layer in documents}
    prepared: list[tuple[str, Path]] = []
    try:
        for layer, folder in folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in (extra_files or {}).items():
                prepared.append(_prepare(folder / name, text))
            prepared.append(_prepare(folder / "cdk.tf.json", _json(documents[layer])))
        prepared.append(_prepare(output_folder(root) / "manifest.json", _json(_manifest(environment, documents))))
        for temporary, path in prepared:
            Path(temporary).replace(path)
    finally:
        for temporary, _ in prepared:
            Path(temporary).unlink(missing_ok=True)
    return folders


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _prepare(path: Path, text: str) -> tuple[str, Path]:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).chmod(0o644)
    return temporary, path


def _manifest(environment: str, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What `cdktf list`, `cdktf diff` and `cdktf deploy` read."""
    names = [f"{environment}-{layer}" for layer in documents]
    stacks: dict[str, Any] = {}
    dependencies: list[str] = []
    for name in names:
        stacks[name] = {
            "annotations": [],
            "constructPath": name,
            "dependencies": list(dependencies),
            "name": name,
            "stackMetadataPath": f"stacks/{name}/metadata.json",
            "synthesizedStackPath": f"stacks/{name}/cdk.tf.json",
            "workingDirectory": f"stacks/{name}",
        }
        dependencies.append(name)
    return {"hclOutput": False, "stacks": stacks, "version": CDKTF_VERSION}
