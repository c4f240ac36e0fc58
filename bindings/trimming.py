"""Creates a trimmed copy of the installed assembly (see `assembly`); imported only when one is needed."""

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bindings.assembly import UnknownLayoutError, installed, trimmed_file
from bindings.paths import ASSEMBLY, PACKAGE, package_folder, write_whole

DESCRIPTION = "package/.jsii"
KEPT_FILES = 8
LARGEST_EAGER_SET = 200
"""Up to this number Node loads all submodules while Python is importing; above it, each at its first use."""

TYPE = re.compile(rb'\n    "(' + re.escape(ASSEMBLY.encode()) + rb'\.([A-Za-z0-9_]+)\.[^"]+)": \{')
DECLARED_TYPE = re.compile(rf'jsii_type="{re.escape(ASSEMBLY)}\.([A-Za-z0-9_]+)\.')
DOCUMENTATION = ("docs", "locationInModule", "readme")


def trim(submodules: frozenset[str], name: str = ASSEMBLY, *, salt: str = "") -> Path:
    """Create the trimmed assembly and return its path; takes a few seconds.

    The same arguments give the same bytes, so concurrent processes do not interfere.

    Args:
        submodules: Python names of existing submodules.
        name: the assembly's name in the copy; with another name it is a supplement, which jsii loads besides the first.
        salt: makes the content differ, so that jsii unpacks it again. Default: none.

    Raises:
        UnknownLayoutError: the installed assembly has an unexpected layout.
    """
    target = trimmed_file(submodules, name)
    try:
        files = _selected(installed(), submodules)
    except (tarfile.TarError, OSError, ValueError, KeyError, EOFError) as error:
        raise UnknownLayoutError(f"{installed()}: {error}") from error
    if salt:
        files["package/salt"] = salt.encode()
    if name != ASSEMBLY:
        files = {path: _renamed(content, name) for path, content in files.items()}
    write_whole(target, _packed(files))
    _remove_old_files(target.parent)
    return target


def _renamed(content: bytes, name: str) -> bytes:
    """With the new assembly name in every string that is or starts with the old one."""
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
                description = trimmed_description(_content(archive, member), namespaces)
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


def trimmed_description(content: bytes, namespaces: set[str]) -> dict[str, Any]:
    """The assembly's description with only the types of these submodules, without documentation."""
    start = content.find(b'\n  "types": {')
    end = content.find(b"\n  }", start)
    # Parsing all 120 MB takes seconds and a gigabyte, so only the selected parts are parsed.
    rest: dict[str, Any] = json.loads(content[:start] + b'\n  "types": {' + content[end:])
    types = {
        name: json.loads(piece) for name, namespace, piece in _pieces(content, start, end) if namespace in namespaces
    }
    names = {f"{ASSEMBLY}.{namespace}" for namespace in namespaces}
    submodules = {name: entry for name, entry in rest["submodules"].items() if name in names}
    present = {name.rsplit(".", 1)[0] for name in types}
    if start < 0 or not names <= present or names != set(submodules):
        raise UnknownLayoutError(f"no types of {sorted(names - present)}")
    return without_documentation({**rest, "submodules": submodules, "types": types})  # type: ignore[no-any-return]


def _pieces(content: bytes, start: int, end: int) -> Iterator[tuple[str, str, bytes]]:
    previous: re.Match[bytes] | None = None
    for match in TYPE.finditer(content, start, end):
        if previous is not None:
            yield _piece(content, previous, match.start())
        previous = match
    if previous is not None:
        yield _piece(content, previous, end)


def _piece(content: bytes, head: re.Match[bytes], end: int) -> tuple[str, str, bytes]:
    return head.group(1).decode(), head.group(2).decode(), content[head.end() - 1 : end].strip().rstrip(b",")


def without_documentation(node: Any) -> Any:
    """The description without the keys that jsii's kernel never reads."""
    if isinstance(node, dict):
        return {key: without_documentation(value) for key, value in node.items() if key not in DOCUMENTATION}
    if isinstance(node, list):
        return [without_documentation(item) for item in node]
    return node


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    if file is None:
        raise UnknownLayoutError(f"{member.name} is not a file")
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
        if len(scripts) > LARGEST_EAGER_SET:
            lines.append(f'Object.defineProperty(exports, "{namespace}", {{ enumerable: true, get: () => {load} }});')
        else:
            lines.append(f"exports.{namespace} = {load};")
    return "\n".join(lines) + "\n"


def _remove_old_files(folder: Path) -> None:
    """Keep the newest few. If another process was about to load an old one, it recreates it."""
    files = sorted(folder.glob("*.tgz"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in files[KEPT_FILES:]:
        old.unlink(missing_ok=True)
