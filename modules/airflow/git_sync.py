"""git-sync beside Airflow: as root, with the image's own TLS roots, on a volume that Airflow reads (A13). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from modules.containers import Container, ContainerDependency, MountPoint, SecretReference

TEMPORARY_VOLUME = "git-sync"
"""git-sync's `/tmp`, which is its home too."""

# The key comes as a variable, because that is how ECS hands over secrets; ssh wants a file that nobody else can read.
_WITH_KEY = """\
umask 077
printf '%s\\n' "$GIT_SSH_KEY" > "$GITSYNC_SSH_KEY_FILE"
printf '%s\\n' "$GIT_KNOWN_HOSTS" > "$GITSYNC_SSH_KNOWN_HOSTS_FILE"
umask 022
exec /git-sync "$@"
"""


@dataclass(frozen=True, kw_only=True)
class GitRepository:
    """A repository, and how to get in."""

    url: str
    """Address by HTTPS or SSH."""

    ref: str = "main"
    """Branch, tag or commit."""

    folder: str | None = None
    """Folder of the DAGs in it. Default: the whole repository."""

    credentials: Literal["none", "ssh", "token"] = "none"
    """How to log in. Default: not at all."""

    secret: SecretReference | None = None
    """The private key, or the token."""

    username: str = "git"
    """User name beside a token."""

    known_hosts: Sequence[str] = ()
    """Public keys of the host, for SSH."""

    def __post_init__(self) -> None:
        """Refuse credentials that are only half there."""
        if (self.credentials == "none") != (self.secret is None):
            raise ValueError(
                f'credentials of {self.url} are "{self.credentials}"; a secret belongs to "ssh" or "token"'
            )
        if self.credentials == "ssh" and not self.known_hosts:
            raise ValueError(f"known_hosts of {self.url} is empty; with SSH the host must prove itself")


def git_volumes() -> tuple[str, ...]:
    """Volumes of git-sync's own."""
    return (TEMPORARY_VOLUME,)


def git_containers(
    name: str,
    repository: GitRepository,
    *,
    image: str,
    root: str,
    link: str,
    period_seconds: int,
    mount: MountPoint,
) -> list[Container]:
    """The container of the first checkout, and the one that goes on from there.

    Args:
        name: the repository's name.
        repository: what to fetch.
        image: git-sync's image.
        root: folder that git-sync keeps everything in.
        link: name of the symlink in it that points at the newest checkout.
        period_seconds: pause between two looks.
        mount: the volume that `root` is on.
    """
    common = [
        f"--repo={repository.url}",
        f"--ref={repository.ref}",
        f"--root={root}",
        f"--link={link}",
        "--depth=1",
    ]
    going_on = [
        f"--period={period_seconds}s",
        "--max-failures=-1",
        # What a running task still reads stays for a while.
        "--stale-worktree-timeout=1h",
    ]
    first = _container(f"git-sync-init-{name}", repository, image, [*common, "--one-time"], mount)
    side = _container(
        f"git-sync-{name}",
        repository,
        image,
        [*common, *going_on],
        mount,
        depends_on=(ContainerDependency(container=first.name, condition="SUCCESS"),),
        restarts=True,
    )
    return [first, side]


def _container(
    container_name: str,
    repository: GitRepository,
    image: str,
    arguments: list[str],
    mount: MountPoint,
    *,
    depends_on: tuple[ContainerDependency, ...] = (),
    restarts: bool = False,
) -> Container:
    entry_point: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    secrets: Mapping[str, SecretReference] = {}
    command = arguments
    if repository.credentials == "token" and repository.secret is not None:
        command = [*arguments, f"--username={repository.username}"]
        secrets = {"GITSYNC_PASSWORD": repository.secret}
    elif repository.credentials == "ssh" and repository.secret is not None:
        entry_point = ("/bin/bash", "-c")
        command = [_WITH_KEY, "git-sync", *arguments]
        secrets = {"GIT_SSH_KEY": repository.secret}
        environment = {
            "GIT_KNOWN_HOSTS": "\n".join(repository.known_hosts),
            "GITSYNC_SSH_KEY_FILE": f"/tmp/{container_name}-key",  # noqa: S108 (a volume of the task)
            "GITSYNC_SSH_KNOWN_HOSTS_FILE": f"/tmp/{container_name}-known-hosts",  # noqa: S108
        }
    return Container(
        name=container_name,
        image=image,
        entry_point=entry_point,
        command=command,
        environment=environment,
        secrets=secrets,
        # A13: an empty volume belongs to root, so who writes to it is root. Airflow's containers are not (A15).
        user="0:0",
        mount_points=(mount, MountPoint(volume=TEMPORARY_VOLUME, container_path="/tmp")),  # noqa: S108
        depends_on=depends_on,
        essential=False,
        restarts=restarts,
    )
