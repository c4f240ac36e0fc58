"""A copy of the installed cdktf that does not load its archive library before something is archived.

`require("archiver")` takes a third of the time that cdktf needs to load, and only an asset of type `ARCHIVE` calls it.
The copy differs in that one line; where the installed cdktf does not have the line, it is used as it is.
"""

from pathlib import Path

from bindings.places import FORMAT, cache_folder, write_whole

SCRIPT = "package/lib/private/fs.js"
EAGER = b'const archiver = require("archiver");\n'
LAZY = b'const archiver = (...given) => require("archiver")(...given);\n'


def lean_cdktf(installed: Path) -> Path:
    """Where the copy is, or will be."""
    size = installed.stat().st_size
    return cache_folder() / f"{installed.name.removesuffix('.jsii.tgz')}-{size}-{FORMAT}.tgz"


def make_lean_cdktf(installed: Path) -> Path:
    """Make the copy, the same bytes each time, and return its file; takes a second."""
    import gzip  # rarely needed, and slow to import
    import io
    import tarfile

    target = lean_cdktf(installed)
    plain = io.BytesIO()
    changed = False
    with tarfile.open(installed, "r:gz") as original, tarfile.open(fileobj=plain, mode="w") as copy:
        for member in original:
            content = original.extractfile(member)
            if member.name == SCRIPT and content is not None:
                script = content.read()
                changed = script.count(EAGER) == 1
                lean = script.replace(EAGER, LAZY) if changed else script
                member.size = len(lean)
                copy.addfile(member, io.BytesIO(lean))
            else:
                copy.addfile(member, content)
    write_whole(
        target, gzip.compress(plain.getvalue(), compresslevel=1, mtime=0) if changed else installed.read_bytes()
    )
    return target
