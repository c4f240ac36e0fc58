"""AWS as the commands use it: with the right credentials, and with readable errors."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cli.errors import CommandError
from release.aws import explained
from release.errors import ReleaseError


def boto_session(region: str, variables: Mapping[str, str]) -> Any:
    """A `boto3.session.Session`.

    Args:
        region: of its clients.
        variables: the embedded AWS's keys; where empty, the user's own settings count.
    """
    # boto3 takes a third of a second; commands that do not call AWS need not pay for it.
    import boto3
    from botocore.session import Session

    settings = Session()
    if variables:
        # The user's own profile and files must not apply to the embedded AWS.
        nothing, empty = (None, None, None, None), (None, None, os.devnull, None)
        settings = Session(session_vars={"profile": nothing, "config_file": empty, "credentials_file": empty})
        settings.set_credentials(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
    return boto3.session.Session(botocore_session=settings, region_name=region)


@contextmanager
def release_errors() -> Iterator[None]:
    """Errors of AWS and of `release` as those of the command line."""
    try:
        with explained():
            yield
    except ReleaseError as error:
        raise CommandError(str(error), exit_code=error.exit_code) from error
