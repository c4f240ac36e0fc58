"""The environment `local` in a folder of a test: states in files, another address, and nothing applied."""

import re
from collections.abc import Callable
from pathlib import Path

from cli.session import Session, open_readonly
from tests.release.command_line import ReleaseProject
from tests.support.documents import ROOT


def local_session(root: Path, endpoint_url: str, edit: Callable[[str], str] = str) -> Session:
    """Write the file, and open a session on it.

    Args:
        root: the user's folder.
        endpoint_url: of the embedded AWS.
        edit: changes the text of the file. Default: not.
    """
    text = edit((ROOT / "environments" / "local.toml").read_text())
    text = re.sub(r'endpoint_url = ".*"', f'endpoint_url = "{endpoint_url}"', text)
    assert text.count(endpoint_url) == 1
    start = text.index("[state]")
    state = '[state]\nbackend = "local"\npath = "states"\n'
    (root / "environments").mkdir()
    (root / "environments" / "local.toml").write_text(text[:start] + state + text[text.index("[", start + 1) :])
    return open_readonly(ReleaseProject(root=root), "local")
