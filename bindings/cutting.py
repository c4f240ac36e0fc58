"""Makes a cut of the installed assembly (see `assembly`); imported only when one has to be made."""

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bindings.assembly import UnknownLayoutError, cut_file, installed
from bindings.places import ASSEMBLY, PACKAGE, package_folder, write_whole

DESCRIPTION = "package/.jsii"
KEPT_CUTS = 8
LARGEST_EAGER_CUT = 200
"""Up to so many submodules Node reads them all while Python is still importing; beyond, each at its first use."""

TYPE = re.compile(rb'\n    "(' + re.escape(ASSEMBLY.encode()) + rb'\.([A-Za-z0-9_]+)\.[^"]+)": \{')
DECLARED_TYPE = re.compile(rf'jsii_type="{re.escape(ASSEMBLY)}\.([A-Za-z0-9_]+)\.')
DOCUMENTATION = ("docs", "locationInModule", "readme")


def cut(submodules: frozenset[str], name: str = ASSEMBLY, *, salt: str = "") -> Path:
    """Make the cut and return its file; takes a few seconds.

    The same arguments give the same bytes, so that processes making it at once do not disturb one another.

    Args:
        submodules: Python names of submodules that exist.
        name: the assembly's name in the cut; another one makes a supplement that jsii loads beside the first.
        salt: anything that makes this cut differ, so that jsii unpacks it again; it unpacks by content.

    Raises:
        UnknownLayoutError: the installed assembly is not laid out as the one this was written for.
    """
    target = cut_file(submodules, name)
    try:
        files = _selected(installed(), submodules)
    except (tarfile.TarError, OSError, ValueError, KeyError, EOFError) as error:
        raise UnknownLayoutError(f"{installed()}: {error}") from error
    if salt:
        files["package/salt"] = salt.encode()
    if name != ASSEMBLY:
        files = {path: _renamed(content, name) for path, content in files.items()}
    write_whole(target, _packed(files))
    _remove_old_cuts(target.parent)
    return target


def _renamed(content: bytes, name: str) -> bytes:
    """With the assembly's other name wherever a string begins with its own: alone, or before a type's."""
    return re.sub(rf'"{re.escape(ASSEMBLY)}(?=[."])'.encode(), f'"{name}'.encode(), content)


def _packed(files: Mapping[str, bytes]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), compresslevel=1, mtime=0)


def _selected(archive_file: Path, submodules: frozenset[str]) -> dict[str, bytes]:
    namespaces = {_namespace(submodule) for submodule in submodules}
    folders: dict[str, str] = {}
    files: dict[str, bytes] = {}
    with tarfile.open(archive_file, "r|gz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            if member.name == DESCRIPTION:
                description = cut_description(_content(archive, member), namespaces)
                folders = {_folder(entry["symbolId"]): name for name, entry in description["submodules"].items()}
                files[DESCRIPTION] = json.dumps(description, separators=(",", ":")).encode()
            elif member.name == "package/package.json" or _is_script_of(member.name, folders):
                files[member.name] = _content(archive, member)
            elif not folders and member.name.startswith("package/lib/"):
                raise UnknownLayoutError("the description is not the first file")
    scripts = {name: folder for folder, name in folders.items() if f"package/lib/{folder}/index.js" in files}
    if len(scripts) != len(namespaces) or "package/package.json" not in files:
        raise UnknownLayoutError(f"no JavaScript for {sorted(set(folders.values()) - set(scripts))}")
    files["package/lib/index.js"] = _index(scripts).encode()
    return files


def _namespace(submodule: str) -> str:
    """The submodule's name in the assembly, as its Python source declares it (`vpc_endpoint` → `vpcEndpoint`)."""
    source = (package_folder(PACKAGE) / submodule / "__init__.py").read_text(encoding="utf-8")
    declared = DECLARED_TYPE.search(source)
    if declared is None:
        raise UnknownLayoutError(f"{submodule} declares no type")
    return declared.group(1)


def cut_description(content: bytes, namespaces: set[str]) -> dict[str, Any]:
    """The assembly's description with the types of these submodules only, without documentation."""
    start = content.find(b'\n  "types": {')
    end = content.find(b"\n  }", start)
    # Parsing all 120 MB takes seconds and a gigabyte; only the pieces that are kept are parsed.
    rest: dict[str, Any] = json.loads(content[:start] + b'\n  "types": {' + content[end:])
    types = {
        name: json.loads(piece) for name, namespace, piece in _pieces(content, start, end) if namespace in namespaces
    }
    wanted = {f"{ASSEMBLY}.{namespace}" for namespace in namespaces}
    submodules = {name: entry for name, entry in rest["submodules"].items() if name in wanted}
    found = {name.rsplit(".", 1)[0] for name in types}
    if start < 0 or not wanted <= found or wanted != set(submodules):
        raise UnknownLayoutError(f"no types of {sorted(wanted - found)}")
    return without_documentation({**rest, "submodules": submodules, "types": types})  # type: ignore[no-any-return]


def _pieces(content: bytes, start: int, end: int) -> Iterator[tuple[str, str, bytes]]:
    previous: re.Match[bytes] | None = None
    for found in TYPE.finditer(content, start, end):
        if previous is not None:
            yield _piece(content, previous, found.start())
        previous = found
    if previous is not None:
        yield _piece(content, previous, end)


def _piece(content: bytes, head: re.Match[bytes], end: int) -> tuple[str, str, bytes]:
    return head.group(1).decode(), head.group(2).decode(), content[head.end() - 1 : end].strip().rstrip(b",")


def without_documentation(node: Any) -> Any:
    """The same without the keys that jsii's kernel never reads."""
    if isinstance(node, dict):
        return {key: without_documentation(value) for key, value in node.items() if key not in DOCUMENTATION}
    if isinstance(node, list):
        return [without_documentation(item) for item in node]
    return node


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    if file is None:
        raise UnknownLayoutError(f"{member.name} is no file")
    return file.read()


def _folder(symbol_id: str) -> str:
    return symbol_id.removeprefix("src/").partition("/")[0]


def _is_script_of(path: str, folders: Mapping[str, str]) -> bool:
    return path.endswith(".js") and path.removeprefix("package/lib/").partition("/")[0] in folders


def _index(scripts: Mapping[str, str]) -> str:
    """JavaScript that exports each submodule under its name."""
    lines = ['"use strict";', 'Object.defineProperty(exports, "__esModule", { value: true });']
    for name, folder in sorted(scripts.items()):
        namespace = name.rpartition(".")[2]
        load = f'require("./{folder}/index.js")'
        if len(scripts) > LARGEST_EAGER_CUT:
            lines.append(f'Object.defineProperty(exports, "{namespace}", {{ enumerable: true, get: () => {load} }});')
        else:
            lines.append(f"exports.{namespace} = {load};")
    return "\n".join(lines) + "\n"


def _remove_old_cuts(folder: Path) -> None:
    """Keep the newest few; one that another process is about to load is made again there."""
    cuts = sorted(folder.glob("*.tgz"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in cuts[KEPT_CUTS:]:
        old.unlink(missing_ok=True)
