"""How people reach an environment on this machine: addresses, sign-in, repositories of DAGs, trust."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cli.local_commands import local_command
from cli.parts import AIRFLOW as AIRFLOW_PART
from cli.parts import PARTS, WEB, repository_folder
from cli.release_session import outputs
from cli.session import Session
from config.airflow.dags import GitSync
from local.browser_trust import BrowserTrust

if TYPE_CHECKING:
    from config import Environment

AIRFLOW = "Airflow"
AUTHORITY_FILE = "authority.pem"
HOSTS_FILE = Path("/etc/hosts")


@dataclass(frozen=True, kw_only=True)
class Address:
    """The address of a program in a browser."""

    name: str
    """`Airflow`, or the name of a web service."""
    url: str
    """As it was generated and applied."""
    sign_in: str = ""
    """How to sign in; empty where no sign-in is needed."""


@dataclass(frozen=True, kw_only=True)
class DagRepository:
    """A git repository on this machine that stands in for a remote one."""

    folder: str
    """To clone from and to push to, relative to the workspace."""
    url: str
    """The remote repository that it stands in for."""
    poll_seconds: int
    """Airflow looks for new commits this often."""


def addresses(session: Session, parts: Sequence[str] = PARTS) -> tuple[Address, ...]:
    """Airflow first, then the web services, as the outputs of the service layer name them; those of some parts only."""
    applied = outputs(session)
    reachable = []
    airflow_url = (applied.get("airflow") or {}).get("url")
    if AIRFLOW_PART in parts and airflow_url and session.environment.airflow is not None:
        reachable.append(Address(name=AIRFLOW, url=airflow_url, sign_in=_sign_in(session.environment)))
    services: dict[str, Any] = (applied.get("services") or {}) if WEB in parts else {}
    reachable += [Address(name=name, url=service["url"]) for name, service in services.items() if service.get("url")]
    return tuple(reachable)


def dag_repositories(session: Session) -> tuple[DagRepository, ...]:
    """Repositories that Airflow reads DAGs from; none where DAGs are delivered in another way."""
    airflow = session.environment.airflow
    if airflow is None or not isinstance(airflow.dags, GitSync):
        return ()
    return tuple(
        DagRepository(
            folder=session.project.workspace.relative(repository_folder(session.project, repository.url)),
            url=repository.url,
            poll_seconds=airflow.dags.period_seconds,
        )
        for repository in airflow.dags.repositories.values()
    )


def name_hints(reachable: Sequence[Address]) -> tuple[str, ...]:
    """A sentence about host names that lead nowhere yet; those below `localhost` lead to this machine."""
    hosts = [str(urlsplit(address.url).hostname) for address in reachable]
    known = HOSTS_FILE.read_text(errors="replace").split() if HOSTS_FILE.is_file() else []
    unknown = [
        each for each in dict.fromkeys(hosts) if f".{each}".rpartition(".")[2] != "localhost" and each not in known
    ]
    if not unknown:
        return ()
    return (f"Only this line in {HOSTS_FILE} leads a browser here: 127.0.0.1 {' '.join(unknown)}",)


def authority_path(session: Session) -> Path:
    """The certificate of the authority that browsers may trust."""
    return session.project.workspace.authority_folder / AUTHORITY_FILE


def trust_hints(session: Session) -> tuple[str, ...]:
    """Sentences about the certificate of the addresses; none where they are plain HTTP."""
    if not session.environment.load_balancer.https:
        return ()
    if BrowserTrust(authority_path(session), Path.home()).is_trusted():
        return ("Your browsers trust the certificate; to undo this: ./windlass local trust --remove.",)
    return (
        "The certificate is this machine's own, so a browser warns once.",
        f"To trust it: {local_command('trust', session.environment.name)}",
    )


def _sign_in(environment: "Environment") -> str:
    assert environment.airflow is not None
    password = local_command("airflow-password", environment.name)
    return f"user {environment.airflow.first_user.username}, password: {password}"
