"""The environments that together switch on every option: each is applied on the embedded AWS, plans empty, and goes.

Several at a time, since an apply mostly waits. What they name and do not create is made first. No containers run.
"""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.long.prerequisites import prerequisites_in, zone
from tests.long.workspace import Workspace
from tests.support.options import NAMES, ROOT, environment

pytestmark = pytest.mark.slow

AT_ONCE = 3
LONGEST = "production"
"""It begins first."""
PROTECTED = {
    "WINDLASS_KIND": "staging",
    "WINDLASS_LOAD_BALANCER__DELETION_PROTECTION": "false",
    "WINDLASS_DATABASE__DELETION_PROTECTION": "false",
    "WINDLASS_DATABASE__BACKUP_REPLICATION__ENABLED": "false",
}
"""What production's file says before it is destroyed."""
FIRST = {
    "WINDLASS_CACHE__PASSWORD_VERSION": "1",
    "WINDLASS_CACHE__ACCEPT_PREVIOUS_PASSWORD": "false",
}
"""What a new environment says: it has no previous password."""
SSH_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nnot a real key\n-----END OPENSSH PRIVATE KEY-----\n"


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[None]]]:
    """The life of each environment, in an account of their own."""
    workspace = Workspace.make(
        tmp_path_factory.mktemp("options") / "project", *(ROOT / "environments" / f"{name}.toml" for name in NAMES)
    )
    # No containers run, so the ports of the files do no harm.
    for variable in [name for name in workspace.variables if "LOAD_BALANCER" in name]:
        del workspace.variables[variable]
    try:
        workspace.windlass("local", "up", "--bare", "--environment", "web")
        for name in NAMES:
            prepare(workspace, name)
        for written, own in prerequisites_in(workspace.client):
            for name in NAMES:
                workspace.file(name).write_text(workspace.file(name).read_text().replace(written, own))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                yield {name: pool.submit(live, workspace, name) for name in sorted(NAMES, key=LONGEST.__ne__)}
            finally:
                pool.shutdown(cancel_futures=True)
    finally:
        workspace.windlass("local", "reset", "--yes", "--environment", "web")


def prepare(workspace: Workspace, name: str) -> None:
    """Name the zone of this account. Left out: Terraform Cloud, and a restore from backups, which has its own test."""
    text = workspace.file(name).read_text()
    settings = environment(name)
    if settings.dns is not None and settings.dns.zone_id is not None:
        text = text.replace(settings.dns.zone_id, zone(workspace.client, settings.dns.zone_name))
    if settings.state.backend == "terraform-cloud":
        text = re.sub(r"^\[state\]\n(?:.+\n)+", '[state]\nbackend = "local"\n', text, flags=re.MULTILINE)
    workspace.file(name).write_text(
        re.sub(r"^restore_(?:from_backup_arn|to_time) = .*\n", "", text, flags=re.MULTILINE)
    )


def live(workspace: Workspace, name: str) -> None:
    """From nothing to applied, and to nothing again."""
    workspace.windlass("check", name)
    workspace.windlass("bootstrap", name, "--yes")
    cache = environment(name).cache
    first = workspace.beside(**FIRST) if cache is not None and cache.accept_previous_password else workspace
    first.windlass("apply", name, "--layer", "network", "--yes")
    first.windlass("apply", name, "--layer", "data", "--yes")
    if name == "production":
        workspace.windlass("secrets", name, "set", "git-ssh", given=SSH_KEY)
    workspace.windlass("apply", name, "--yes")
    workspace.windlass("plan", name, "--detailed-exitcode")
    if environment(name).is_production:
        workspace = workspace.beside(**PROTECTED)
        workspace.windlass("apply", name, "--yes")
    workspace.windlass("destroy", name, "--yes")


@pytest.mark.parametrize("name", NAMES)
def test_it_is_applied_plans_empty_and_is_destroyed(lives: dict[str, "Future[None]"], name: str) -> None:
    lives[name].result()
