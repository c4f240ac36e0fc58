"""`./windlass local trust`: browsers accept the certificate of the local platform."""

import shlex
from pathlib import Path

import click

from cli.command import command
from cli.console import result, say
from cli.errors import CommandError
from cli.local_access import AUTHORITY_FILE
from cli.options import environment_option
from cli.project import Project
from local.browser_trust import BrowserTrust, TrustError
from local.dataplane.proxy.authority import kept_authority


@command(changes="nothing", examples=("./windlass local trust", "./windlass local trust --remove"))
@environment_option
@click.option("--remove", is_flag=True, help="Remove the authority from the browsers.")
@click.pass_obj
def trust(project: Project, name: str, remove: bool) -> None:
    """Make the browsers of this user trust the certificate of the local platform.

    It adds the certificate authority in .windlass/authority to the databases of Chrome, Chromium, Edge and Firefox in
    the home directory, using certutil (package libnss3-tools). The authority can sign only for names that are never
    registered, such as those below localhost. For other programs the command prints what to do.
    """
    environment = project.environments.load(name)
    if environment.aws.endpoint_url is None:
        raise CommandError(f"{name} is on the real AWS; trust is for the certificate of a platform on this machine.")
    folder = project.workspace.authority_folder
    certificate = folder / AUTHORITY_FILE
    if remove and not certificate.exists():
        result("Nothing to remove: there is no local certificate authority.")
        return
    kept_authority(folder)
    browsers = BrowserTrust(certificate, Path.home())
    try:
        stores = browsers.remove() if remove else browsers.add()
    except TrustError as error:
        raise CommandError(str(error)) from error
    if remove:
        names = ", ".join(store.browser for store in stores)
        result(
            f"No longer trusted by {names}." if stores else "No browser trusted it.", style="green" if stores else ""
        )
        return
    for store in stores:
        result(f"{store.browser}: trusts {browsers.nickname} ({store.folder}).", style="green")
    say("Restart browsers that are open.")
    path = shlex.quote(project.workspace.relative(certificate))
    say(f"curl: curl --cacert {path} https://...")
    say(
        f"All programs of this machine (Debian, Ubuntu): sudo cp {path} /usr/local/share/ca-certificates/"
        "windlass-local.crt && sudo update-ca-certificates"
    )
    if not any(store.browser.startswith("Firefox") for store in stores):
        say(f"Firefox has no profile here yet: start it once and run this again, or import {path} in its settings.")
