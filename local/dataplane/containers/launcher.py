"""Runs one program in its own namespaces, as a container: `python -I -S launcher.py start|enter SPEC -- COMMAND…`.

A file to run, not to import: it must start fast, with the standard library alone. It needs no root: a user namespace
gives it the privileges it needs, inside the namespace only. The program sees this machine's file system, read-only,
with the container's files, folders and volumes mounted over it. The process becomes the program and keeps its id.
"""

import _socket  # `socket` takes longer to import than everything else here
import array
import ctypes
import json
import os
import stat
import sys

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWUSER = 0x00020000, 0x04000000, 0x10000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x2, 0x4, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
SYS_MOUNT_SETATTR, MOUNT_ATTR_RDONLY = 442, 0x1  # the same number on every architecture
AT_RECURSIVE = 0x8000
SET_MODE_FILTER, NEW_LISTENER = 1, 8
STAYS_WRITABLE = ("/dev", "/proc", "/sys")
"""Devices and kernel files, where a write does not change this machine's files."""

libc = ctypes.CDLL(None, use_errno=True)


def main(words: list[str]) -> int:
    """Become the program; returns only when that fails. The spec's `failure` file then says why."""
    mode, spec_path, separator, *command = words
    if mode not in ("start", "enter") or separator != "--" or not command:
        raise SystemExit(__doc__)
    with open(spec_path) as file:
        spec = json.load(file)
    try:
        failure = os.open(spec["failure"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            if mode == "start":
                start(spec)
            else:
                enter(spec)
            if spec["judged"]:
                install_filter(spec["judged"])
            os.umask(0o022)
            os.chdir(spec["working_folder"])
            os.execvp(command[0], command)  # noqa: S606 (that is its purpose)
        except OSError as error:
            what = error.filename or command[0]
            if isinstance(what, bytes):
                what = what.decode()
            if mode == "start":
                os.write(failure, f"{what}: {error.strerror}".encode())
            print(f"{what}: {error.strerror}", file=sys.stderr)
    except OSError as error:
        print(f"{spec_path}: {error.strerror}", file=sys.stderr)
    return 127


def start(spec: dict) -> None:  # type: ignore[type-arg]
    """Make the namespaces and the file system."""
    user, group = os.geteuid(), os.getegid()
    call(libc.unshare, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS, what="user namespaces")
    # The caller becomes the container's user: mapping one identity needs no privilege, and files keep their owner.
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{spec['user']} {user} 1")
    write("/proc/self/gid_map", f"{spec['group']} {group} 1")
    name = spec["host_name"].encode()
    call(libc.sethostname, name, len(name), what="host name")
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    build_root(spec)


def enter(spec: dict) -> None:  # type: ignore[type-arg]
    """Join the namespaces of the container's main process, as `docker exec` does."""
    with open(spec["process"]) as file:
        process = file.read().strip()
    names = ("user", "mnt", "uts")
    # Open all of them first: after the first `setns`, /proc may be another one.
    opened = [os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in names]
    for name, descriptor in zip(names, opened, strict=True):
        call(libc.setns, descriptor, 0, what=f"{name} namespace of process {process}")


def install_filter(judged: dict) -> None:  # type: ignore[type-arg]
    """Let the data plane's judge decide over connections (`local/network/`): it receives the filter's questions."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_void_p)]

    lines = bytes.fromhex(judged["filter"])
    program = Program(len(lines) // 8, ctypes.cast(ctypes.c_char_p(lines), ctypes.c_void_p))
    arguments = (ctypes.c_long(SET_MODE_FILTER), ctypes.c_long(NEW_LISTENER), ctypes.byref(program))
    listener = libc.syscall(ctypes.c_long(judged["seccomp"]), *arguments)
    if listener < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), "filter of connections")
    channel = _socket.socket(fileno=judged["descriptor"])
    rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", [listener]))
    channel.sendmsg([judged["message"].encode()], [rights])
    channel.close()
    os.close(listener)


def build_root(spec: dict) -> None:  # type: ignore[type-arg]
    """Build a new `/` from this machine's entries and the container's mounts, and make it the root."""
    root = spec["root"]
    # The mount's source identifies the processes of this container later.
    mount(spec["mark"], root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    mounts = sorted(spec["mounts"], key=lambda each: each["target"].count("/"))
    targets = [os.path.normpath(each["target"]) for each in mounts]
    mirror("/", root, opened_for(targets), set(targets))
    for each, target in zip(mounts, targets, strict=True):
        place(each["source"], root + target)
        if each["of_image"]:
            make_read_only(root + target)
    for each, target in zip(mounts, targets, strict=True):
        if each["read_only"]:  # after other volumes were mounted in it
            make_read_only(root + target, recursive=False)
    shared_memory = f"{root}/dev/shm"  # noqa: S108 (the container's)
    if os.path.isdir(shared_memory):
        mount("tmpfs", shared_memory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=64m")
    make_read_only(root, recursive=False)
    os.chdir(root)
    call(libc.pivot_root, b".", b".", what="pivot_root")
    call(libc.umount2, b".", MNT_DETACH, what="umount of the old root")
    os.chdir("/")


def opened_for(targets: list[str]) -> set[str]:
    """Folders that must be rebuilt, because they need a mount point that does not exist."""
    opened = {"/"}
    for target in targets:
        if os.path.lexists(target) or any(target.startswith(f"{other}/") for other in targets):
            continue
        folder = os.path.dirname(target)
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        while folder not in opened:
            opened.add(folder)
            folder = os.path.dirname(folder)
    return opened


def mirror(folder: str, copy: str, opened: set[str], targets: set[str]) -> None:
    """Fill `copy` with the entries of `folder`: links are copied, opened folders are rebuilt, the rest is mounted."""
    for name in os.listdir(folder):
        path, new = os.path.join(folder, name), os.path.join(copy, name)
        try:
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                os.symlink(os.readlink(path), new)
            elif stat.S_ISDIR(mode) and path in opened:
                os.mkdir(new)
                mirror(path, new, opened, targets)
            elif stat.S_ISDIR(mode) and path in targets:
                os.mkdir(new)
            else:
                place(path, new)
                if path not in STAYS_WRITABLE:
                    make_read_only(new)
        except OSError:
            continue  # an entry that this user cannot see


def place(source: str, target: str) -> None:
    """Mount a file or a folder with its submounts; creates the mount point when it is missing."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    elif not os.path.lexists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o644))
    mount(source, target, None, MS_BIND | MS_REC)


def make_read_only(path: str, *, recursive: bool = True) -> None:
    """Make a mount read-only. Before Linux 5.12 this does nothing: it prevents accidents, not attacks."""

    class Attributes(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]

    wanted = Attributes(MOUNT_ATTR_RDONLY, 0, 0, 0)
    flags = AT_RECURSIVE if recursive else 0
    arguments = (ctypes.c_long(-100), path.encode(), ctypes.c_uint(flags), ctypes.byref(wanted), ctypes.sizeof(wanted))
    libc.syscall(ctypes.c_long(SYS_MOUNT_SETATTR), *arguments)


def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount something; raises OSError."""
    arguments = (source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), data.encode() or None)
    call(libc.mount, *arguments, what=f"mount {source} on {target}")


def call(function: object, *arguments: object, what: str) -> None:
    """Call a function of the C library; raises OSError with `what` when it does not return 0."""
    if function(*arguments) != 0:  # type: ignore[operator]
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def write(path: str, text: str) -> None:
    """Write a text into a file."""
    with open(path, "w") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
