"""What a container is given by its surroundings: environment, secrets, files, folders, names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.dataplane.containers.hosts_file import HostsFile
from local.dataplane.containers.images import STAND_INS, Program, interpreter_folders
from local.dataplane.containers.namespaces import Mount, NamespaceSpec
from local.dataplane.desired_state.aws_client import MissingSecretError
from local.dataplane.desired_state.task_definition import Container

SHIM_FOLDER = "/windlass"
"""Where containers find what makes them listen on the task's own address."""
TRUST_PATH = "/windlass/trusted.pem"
OWN_TMP = "/tmp"  # noqa: S108 (the container's)

SecretReader = Callable[[str], str]
"""The text of a secret or a parameter, by its ARN or name without what ECS adds at the end."""


@dataclass(frozen=True, kw_only=True)
class TaskContext:
    """The same for all containers of a task."""

    folder: Path
    """The task's own: logs, volumes, containers."""
    windlass_folder: Path
    """Windlass's own folder, which the container sees read-only."""
    address: str
    """The task's loopback address."""
    host_name: str
    hosts: HostsFile
    """The task's names."""
    trust: Path
    """Certificates to trust: this machine's, and the authority of the data stores."""
    aws: Mapping[str, str]
    """Variables with which an AWS SDK finds the embedded AWS; on ECS the task role does that."""
    read_secret: SecretReader
    agent: Callable[[str], Mapping[str, str]] = field(default=lambda _name: {})
    """Variables with which a container of this name finds the ECS agent."""
    time_factor: float = 1.0
    """Stand-ins of our own multiply their periods by it; the programs of images know nothing of it."""
    repositories: Path | None = None
    """Folder of git repositories that stand for remote ones; see the git-sync stand-in."""


def environment_of(container: Container, program: Program, context: TaskContext) -> dict[str, str]:
    """All variables of a container: the image's, ECS's, the task definition's, its secrets, in this order.

    Nothing of the caller's environment is among them.

    Raises:
        MissingSecretError: a secret leads to nothing.
    """
    given = {
        "PATH": program.search_path,
        "LANG": "C.UTF-8",
        "HOME": program.home,
        "HOSTNAME": context.host_name,
        "SSL_CERT_FILE": TRUST_PATH,
        **program.environment,
        **context.aws,
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        **context.agent(container.name),
        **container.environment,
    }
    given.update({name: secret_value(source, context.read_secret) for name, source in container.secrets.items()})
    given["WINDLASS_TIME_FACTOR"] = str(context.time_factor)
    given["WINDLASS_TASK_ADDRESS"] = context.address
    given["PYTHONPATH"] = ":".join(filter(None, [SHIM_FOLDER, given.get("PYTHONPATH", "")]))
    return given


def namespace_spec_of(container: Container, program: Program, context: TaskContext) -> NamespaceSpec:
    """The container's file system and identity."""
    folder = context.folder / "containers" / container.name
    user, group = identity_of(container.user, program)
    volumes = {each.path: each for each in container.mounts}
    mounts = [
        Mount(source=volume_folder(context.folder, each.volume), target=each.path, read_only=each.read_only)
        for each in container.mounts
    ]
    mounts += [
        Mount(
            source=made(folder / "own" / path.strip("/").replace("/", "-")),
            target=path,
            read_only=container.read_only_root,
        )
        for path in (OWN_TMP, *program.writable)
        if path not in volumes
    ]
    of_image = {
        **program.content,
        "/etc/hosts": context.hosts.path,
        TRUST_PATH: context.trust,
        f"{SHIM_FOLDER}/sitecustomize.py": STAND_INS / "sitecustomize.py",
        **_accounts(folder, program, user, group),
    }
    if context.repositories is not None:
        of_image["/repositories"] = made(context.repositories)
    hidden = interpreter_folders(program, context.windlass_folder)
    of_image.update({str(path): path for path in hidden if _is_hidden(path, [*of_image, *(m.target for m in mounts)])})
    mounts += [Mount(source=source, target=target, of_image=True) for target, source in of_image.items()]
    return NamespaceSpec(
        folder=folder,
        user=user,
        group=group,
        host_name=context.host_name,
        mounts=tuple(mounts),
        working_folder=container.working_directory or program.working_folder,
    )


def identity_of(user: str, program: Program) -> tuple[int, int]:
    """User and group ids for what a task definition says: `UID`, `UID:GID`, or a name; empty is the image's."""
    names = {"root": 0, program.user: program.user_id}
    if not user:
        return program.user_id, program.group_id
    name, _, group = user.partition(":")
    user_id = names.get(name, int(name) if name.isdigit() else program.user_id)
    if group:
        return user_id, names.get(group, int(group) if group.isdigit() else program.group_id)
    return user_id, program.group_id if user_id == program.user_id else 0


def secret_value(value_from: str, read: SecretReader) -> str:
    """What ECS puts into the variable: the secret, or one key of its JSON with `ARN:key:stage:version`.

    Raises:
        MissingSecretError: there is no such secret or key.
    """
    parts = value_from.split(":")
    key = ""
    if ":secretsmanager:" in value_from and len(parts) > 7:
        value_from, key = ":".join(parts[:7]), parts[7]
    text = read(value_from)
    if not key:
        return text
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError) as error:
        raise MissingSecretError(f"{value_from} holds no JSON with the key {key!r}") from error
    return value if isinstance(value, str) else json.dumps(value)


def volume_folder(task_folder: Path, volume: str) -> Path:
    """The folder of a task's volume; made when it is missing."""
    return made(task_folder / "volumes" / volume)


def made(folder: Path) -> Path:
    """The folder, which is there now."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _accounts(folder: Path, program: Program, user: int, group: int) -> dict[str, Path]:
    """`/etc/passwd` and `/etc/group` of the image: programs look up their own name."""
    people = {0: ("root", "/root"), program.user_id: (program.user, program.home)}
    people.setdefault(user, (f"user-{user}", program.home))
    groups = {0: "root", program.group_id: program.user if program.group_id else "root"}
    groups.setdefault(group, f"group-{group}")
    made(folder)
    passwd = "".join(f"{name}:x:{id_}:{group}::{home}:/bin/sh\n" for id_, (name, home) in people.items())
    (folder / "passwd").write_text(passwd)
    (folder / "group").write_text("".join(f"{name}:x:{id_}:\n" for id_, name in groups.items()))
    return {f"/etc/{name}": folder / name for name in ("passwd", "group")}


def _is_hidden(path: Path, targets: list[str]) -> bool:
    """Whether something is mounted over one of its parents, such as over `/tmp`."""
    return any(str(path).startswith(f"{target}/") for target in targets)
