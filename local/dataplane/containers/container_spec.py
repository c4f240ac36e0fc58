"""What a container gets from its task: environment, secrets, files, folders, names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.dataplane.containers.hosts_file import HostsFile
from local.dataplane.containers.images import STAND_INS, Program, interpreter_folders
from local.dataplane.containers.namespaces import Mount, NamespaceSpec
from local.dataplane.desired_state.execution_role import INITIALIZATION, MissingSecretError, secret_source
from local.dataplane.desired_state.task_definition import Container

SHIM_FOLDER = "/windlass"
"""Folder in the container of the module that makes Python programs listen on the task's own address."""
TRUST_PATH = "/windlass/trusted.pem"
TMP = "/tmp"  # noqa: S108 (the container's)

SecretReader = Callable[[str], str]
"""Returns the text of a secret or a parameter by its ARN or name, without the suffix that ECS allows."""


@dataclass(frozen=True, kw_only=True)
class TaskContext:
    """What all containers of a task share."""

    folder: Path
    """The task's folder: logs, volumes, containers."""
    windlass_folder: Path
    """Windlass's own folder, which the container sees read-only."""
    address: str
    """The task's loopback address."""
    host_name: str
    hosts: HostsFile
    """The task's hosts file."""
    trusted_certificates: Path
    """Certificates that containers trust: those of this machine, and the data plane's authority."""
    aws: Mapping[str, str]
    """Variables that lead an AWS SDK to the embedded AWS, without credentials."""
    read_secret: SecretReader
    read_file: Callable[[str], Mapping[str, str]] = field(default=lambda _arn: {})
    """Returns the variables of an environment file by its ARN. Default: it has none."""
    prepare: Callable[[], None] | None = None
    """What ECS does before the first container starts; may block. It raises LookupError with the `stoppedReason` of a
    task that cannot start. Default: nothing."""
    agent: Callable[[str], Mapping[str, str]] = field(default=lambda _name: {})
    """Container name → variables that lead it to the ECS agent, which gives it the credentials of the task role too."""
    with_roots_of_here: Callable[[str], str] = field(default=lambda text: text)
    """Text → the same with AWS's root certificates replaced by those that databases and caches here are verified with.
    Default: nothing is replaced."""
    time_factor: float = 1.0
    """The stand-ins multiply their periods by it; the programs of images do not."""
    judged: Mapping[str, object] = field(default_factory=dict)
    """How the launcher lets the judge decide over connections. Default: nobody does, and a module that Python imports
    makes its programs, and no others, listen on the task's own address."""
    repositories: Path | None = None
    """Folder of git repositories that replace remote ones; see the git-sync stand-in."""
    file_systems: Mapping[str, Path] = field(default_factory=dict)
    """Volume → folder, of those that other tasks have too. Default: every volume is the task's own."""


def environment_of(container: Container, program: Program, context: TaskContext) -> dict[str, str]:
    """All variables of a container: of image, ECS, files and task definition, and its secrets, in this order.

    It inherits nothing from the caller's environment.

    Raises:
        MissingSecretError: a secret has no such key.
        UntrustedRoleError: ECS may not assume the task role.
    """
    # Of two files with the same variable, the first counts.
    files = {
        name: value for arn in reversed(container.environment_files) for name, value in context.read_file(arn).items()
    }
    variables = {
        "PATH": program.search_path,
        "LANG": "C.UTF-8",
        "HOME": program.home,
        "HOSTNAME": context.host_name,
        "SSL_CERT_FILE": TRUST_PATH,
        **program.environment,
        **context.aws,
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        **context.agent(container.name),
        **files,
        **{name: context.with_roots_of_here(value) for name, value in container.environment.items()},
    }
    variables.update({name: secret_value(source, context.read_secret) for name, source in container.secrets.items()})
    variables["WINDLASS_TIME_FACTOR"] = str(context.time_factor)
    if not context.judged:
        variables["WINDLASS_TASK_ADDRESS"] = context.address
        variables["PYTHONPATH"] = ":".join(filter(None, [SHIM_FOLDER, variables.get("PYTHONPATH", "")]))
    return variables


def namespace_spec_of(container: Container, program: Program, context: TaskContext) -> NamespaceSpec:
    """The container's file system and identity."""
    folder = context.folder / "containers" / container.name
    user, group = identity_of(container.user, program)
    volumes = {each.path: each for each in container.mounts}
    mounts = [
        Mount(source=_volume(context, each.volume), target=each.path, read_only=each.read_only)
        for each in container.mounts
    ]
    mounts += [
        Mount(
            source=ensure_folder(folder / "own" / path.strip("/").replace("/", "-")),
            target=path,
            read_only=container.read_only_root,
        )
        for path in (TMP, *program.writable)
        if path not in volumes
    ]
    of_image = {
        **program.content,
        "/etc/hosts": context.hosts.path,
        TRUST_PATH: context.trusted_certificates,
        f"{SHIM_FOLDER}/sitecustomize.py": STAND_INS / "sitecustomize.py",
        **_accounts(folder, program, user, group),
    }
    if context.repositories is not None:
        of_image["/repositories"] = ensure_folder(context.repositories)
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
        judged=context.judged,
    )


def identity_of(user: str, program: Program) -> tuple[int, int]:
    """User and group ids of `UID`, `UID:GID` or a name in a task definition; empty means the image's."""
    names = {"root": 0, program.user: program.user_id}
    if not user:
        return program.user_id, program.group_id
    name, _, group = user.partition(":")
    user_id = names.get(name, int(name) if name.isdigit() else program.user_id)
    if group:
        return user_id, names.get(group, int(group) if group.isdigit() else program.group_id)
    return user_id, program.group_id if user_id == program.user_id else 0


def secret_value(value_from: str, read: SecretReader) -> str:
    """The value that ECS puts into the variable: the secret, or one key of its JSON for `ARN:key:stage:version`.

    Raises:
        MissingSecretError: the secret or the key does not exist.
    """
    source, key = secret_source(value_from)
    text = read(source)
    if not key:
        return text
    try:
        value = json.loads(text)[key]
    except (ValueError, KeyError, TypeError) as error:
        raise MissingSecretError(f"{INITIALIZATION}{source} holds no JSON with the key {key!r}") from error
    return value if isinstance(value, str) else json.dumps(value)


def _volume(context: TaskContext, volume: str) -> Path:
    shared = context.file_systems.get(volume)
    return volume_folder(context.folder, volume) if shared is None else ensure_folder(shared)


def volume_folder(task_folder: Path, volume: str) -> Path:
    """The folder of a task's volume; created when it is missing."""
    return ensure_folder(task_folder / "volumes" / volume)


def ensure_folder(folder: Path) -> Path:
    """The folder; created when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _accounts(folder: Path, program: Program, user: int, group: int) -> dict[str, Path]:
    """The container's `/etc/passwd` and `/etc/group`: programs look up their user's name."""
    people = {0: ("root", "/root"), program.user_id: (program.user, program.home)}
    people.setdefault(user, (f"user-{user}", program.home))
    groups = {0: "root", program.group_id: program.user if program.group_id else "root"}
    groups.setdefault(group, f"group-{group}")
    ensure_folder(folder)
    passwd = "".join(f"{name}:x:{id_}:{group}::{home}:/bin/sh\n" for id_, (name, home) in people.items())
    (folder / "passwd").write_text(passwd)
    (folder / "group").write_text("".join(f"{name}:x:{id_}:\n" for id_, name in groups.items()))
    return {f"/etc/{name}": folder / name for name in ("passwd", "group")}


def _is_hidden(path: Path, targets: list[str]) -> bool:
    """Whether something is mounted over one of its parents, such as over `/tmp`."""
    return any(str(path).startswith(f"{target}/") for target in targets)
