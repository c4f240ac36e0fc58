"""Platforms for the whole test run: copies of the project, each applied on its own embedded AWS.

They are applied in the background while other tests run. The `shared` one is what `make local` makes, with containers.
The `layers` one has none at first: plans, locks and a destroy need no containers, and are tested beside those that do.

While developing tests, `WINDLASS_TEST_PLATFORM=FOLDER` takes a clone whose platform is already running, in place of
the shared one (with the same `WINDLASS_…` variables), and leaves it as it is. With `TEST_PLATFORM_COPIES=FOLDER` a
platform is loaded from a copy there, which the first run leaves.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from local.airflow_environment import ensure
from local.dataplane import DataPlane, Settings
from tests.support.answers import assert_faithful
from tests.support.saved_copy import SavedCopy

ROOT = Path(__file__).resolve().parents[2]
SHARED_PLATFORM = "WINDLASS_TEST_PLATFORM"
APPLY_TIMEOUT_SECONDS = 1500
PORTS = ("WINDLASS_DATABASE__PORT", "WINDLASS_LOAD_BALANCER__HTTP_PORT", "WINDLASS_LOAD_BALANCER__HTTPS_PORT")
"""Variables with the ports of `local`, besides that of the embedded AWS."""


@dataclass(kw_only=True)
class Platform:
    """The copy, and how to run commands in it."""

    root: Path
    endpoint_url: str
    variables: dict[str, str]
    applying: subprocess.Popen[str] | None
    applied: str | None = field(default=None)
    """What the apply printed, once it has ended."""

    def windlass(self, *arguments: str, variables: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run `./windlass …` in the copy, as a user would."""
        return subprocess.run(
            ["./windlass", *arguments],
            cwd=self.root,
            env={**self.variables, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=APPLY_TIMEOUT_SECONDS,
        )

    def stack(self, layer: str) -> Path:
        """Folder of a stack of the local environment."""
        return self.root / "cdktf.out" / "stacks" / f"local-{layer}"

    def data_plane(self) -> DataPlane:
        """What runs its containers."""
        settings = Settings(
            endpoint_url=self.endpoint_url,
            folder=self.root / ".windlass" / "data-plane",
            windlass_folder=self.root,
            region="eu-west-1",
        )
        return DataPlane(settings)

    @property
    def https_port(self) -> int:
        """Port of every address of this platform."""
        return int(self.variables["WINDLASS_LOAD_BALANCER__HTTPS_PORT"])

    def wait(self) -> "Platform":
        """Wait until everything is applied.

        Raises:
            AssertionError: the apply failed; what it printed is in the message.
        """
        if self.applied is None:
            assert self.applying is not None
            printed, _ = self.applying.communicate(timeout=APPLY_TIMEOUT_SECONDS)
            assert self.applying.returncode == 0, printed
            self.applied = printed
        return self


COMMANDS = {
    "shared": "./windlass local apply",
    "layers": "./windlass local up && ./windlass bootstrap local --yes && ./windlass apply local --yes",
}
_platforms: dict[str, Platform] = {}


def begin(name: str = "shared") -> Platform:
    """Start to apply a platform, unless that has been started."""
    if name == "shared" and SHARED_PLATFORM in os.environ:
        variables = {key: value for key, value in os.environ.items() if key != SHARED_PLATFORM}
        url = variables["WINDLASS_AWS__ENDPOINT_URL"]
        root = Path(os.environ[SHARED_PLATFORM])
        return Platform(root=root, endpoint_url=url, variables=variables, applying=None, applied="")
    if name not in _platforms:
        if name == "shared":
            ensure(ROOT)
        root = Path(tempfile.mkdtemp(prefix="windlass-platform-"))
        copy_project(root)
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("WINDLASS_", "AWS_"))}
        variables["WINDLASS_AWS__ENDPOINT_URL"] = f"http://127.0.0.1:{free_port()}"
        variables |= {name: str(free_port()) for name in PORTS}
        copy, command = SavedCopy.of(name, ROOT), COMMANDS[name]
        if copy is not None:
            applied_with = copy.variables()
            if applied_with is None:
                command = f"{command} && {copy.command_to_keep(variables)}"
            else:
                variables.update(applied_with)
                command = copy.command_to_load(root)
        endpoint_url = variables["WINDLASS_AWS__ENDPOINT_URL"]
        applying = subprocess.Popen(
            ["sh", "-c", command],
            cwd=root,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        _platforms[name] = Platform(root=root, endpoint_url=endpoint_url, variables=variables, applying=applying)
    return _platforms[name]


def running(name: str) -> Platform | None:
    """A platform that `begin` started, if its apply has ended."""
    platform = _platforms.get(name)
    return platform if platform is not None and platform.applied is not None else None


def end_all() -> None:
    """Stop whatever `begin` started."""
    for name in list(_platforms):
        end(name)


def end(name: str) -> None:
    """Stop a platform if it is running, so that its containers take no processor from the tests of others.

    Raises:
        AssertionError: its embedded AWS gave answers that AWS would not give.
    """
    platform = _platforms.pop(name, None)
    if platform is None:
        return
    assert platform.applying is not None
    if platform.applying.poll() is None:
        os.killpg(platform.applying.pid, signal.SIGTERM)
        platform.applying.wait(timeout=60)
    if platform.applying.stdout is not None:
        platform.applying.stdout.close()
    problem: AssertionError | None = None
    if platform.applied is not None:
        # Tests that destroy a platform, or stop it, leave no server that could be asked.
        with contextlib.suppress(URLError):
            try:
                assert_faithful(platform.endpoint_url)
            except AssertionError as error:
                problem = error
    platform.windlass("local", "reset", "--yes")
    shutil.rmtree(platform.root, ignore_errors=True)
    if problem is not None:
        raise problem


def copy_project(target: Path) -> None:
    """Copy what git would put into a clone of the working tree, and share the installed packages."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    # Symbolic links. The target of the second may not exist yet: only the shared platform runs Airflow.
    for name in (".venv", ".venv-airflow"):
        (target / name).symlink_to((ROOT / name).resolve(), target_is_directory=True)


def free_port() -> int:
    """A free port on loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
