"""Rules on what a web service's container runs, as whom, and where it may write (E04)."""

import re
from collections.abc import Iterator

from config.aws import Aws
from config.base import Kind
from config.errors import Problem
from config.rule import problem
from config.state import State
from config.web_service import WebService

WRITABLE_ALREADY = ("/tmp",)  # noqa: S108 (the container's)
OF_THE_PLATFORM = ("/certificates", "/dev", "/proc", "/sys")
"""Folders that Windlass, Fargate or the kernel mount."""


def root_is_for_development(key: str, item: WebService, kind: Kind) -> Iterator[Problem]:
    """A program that runs as root may change whatever it can write to, and its container's network."""
    if item.user is not None and kind != "development" and re.match(r"(0|root)(:|$)", item.user):
        message = f'is root, which is refused where kind = "{kind}"; allowed: another user of the image'
        yield problem(f"services/{key}/user", item.user, message)


def writable_folders_have_a_use(key: str, item: WebService) -> Iterator[Problem]:
    """Where the whole file system is writable, no folder needs to be named."""
    if item.writable_folders and not item.read_only_root:
        message = "is of use with read_only_root = true only; leave it out"
        yield problem(f"services/{key}/writable_folders", list(item.writable_folders), message)


def writable_folders_are_apart(key: str, item: WebService) -> Iterator[Problem]:
    """Each is a volume, mounted at its path: one inside of another would hide it."""
    before: list[str] = []
    for index, folder in enumerate(item.writable_folders):
        path = f"services/{key}/writable_folders/{index}"
        if _is_in(folder, *WRITABLE_ALREADY):
            yield problem(path, folder, "is writable already; leave it out")
        elif _is_in(folder, *OF_THE_PLATFORM):
            message = f"is mounted by others; allowed: a folder outside of {', '.join(OF_THE_PLATFORM)}"
            yield problem(path, folder, message)
        elif other := next((each for each in before if _is_in(folder, each) or _is_in(each, folder)), None):
            yield problem(path, folder, f"and {other} are not apart; allowed: one of the two")
        elif other := next((each for each in before if volume_word(each) == volume_word(folder)), None):
            yield problem(path, folder, f"and {other} would have volumes of the same name; allowed: another path")
        before.append(folder)


def volume_word(folder: str) -> str:
    """What the volume of a folder is called."""
    return re.sub(r"[^A-Za-z0-9]+", "-", folder.strip("/")).strip("-")


def environment_files_are_the_services(
    key: str, item: WebService, project: str, name: str, aws: Aws, state: State
) -> Iterator[Problem]:
    """What only the platform writes is no service's setting, and ECS reads a file once."""
    own = f"{project}-{name}-{aws.account_id}-{aws.region}-"
    for index, file in enumerate(item.environment_files):
        path = f"services/{key}/environment_files/{index}"
        if file.partition("/")[0] == getattr(state, "bucket", None):
            yield problem(path, file, "is in the bucket of Terraform's state; allowed: any other bucket")
        elif file.startswith(own):
            yield problem(path, file, "is in a bucket of the platform's own; allowed: any other bucket")
        elif file in item.environment_files[:index]:
            yield problem(path, file, "is there twice; allowed: once")


RULES_FOR_EACH_SERVICE = (
    environment_files_are_the_services,
    root_is_for_development,
    writable_folders_have_a_use,
    writable_folders_are_apart,
)


def _is_in(folder: str, *others: str) -> bool:
    return any(folder == other or folder.startswith(f"{other}/") for other in others)
