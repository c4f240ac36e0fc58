"""The `[state]` section: where Terraform keeps its state, and what locks it (S01)."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.base import Section
from config.errors import MISSING, Problem
from config.pattern import Pattern
from config.rule import problem

BucketName = Annotated[
    str,
    StringConstraints(min_length=3, max_length=63),
    Pattern(
        r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3)$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?",
        "3 to 63 lower-case letters, digits and hyphens (no dots: TLS needs none), as S3 accepts bucket names",
        "acme-terraform-state",
    ),
]


class S3State(Section):
    """State in an S3 bucket of the account, locked by a DynamoDB table, by a lock file, or by both (S01)."""

    backend: Literal["s3"]
    """Where the state is kept: `s3` selects the keys of this table."""

    bucket: BucketName
    """Bucket of the state. `./windlass bootstrap` creates the bucket and a KMS key `alias/<bucket>`. All environments
    of an account and region share one bucket and one `dynamodb_table`. Bucket names are unique in all of AWS."""

    dynamodb_table: (
        Annotated[
            str,
            Pattern(
                r"[A-Za-z0-9_.-]{3,255}", "3 to 255 letters, digits, dots, hyphens, underscores", "terraform-locks"
            ),
        ]
        | None
    ) = None
    """Name of the DynamoDB table that locks the state; `./windlass bootstrap` creates the table. Required unless
    `use_lockfile = true`."""

    use_lockfile: bool = False
    """Lock with a file next to the state in S3, instead of DynamoDB or in addition to it. At least one of the two is
    required."""


class TerraformCloudState(Section):
    """State, runs and locks in HCP Terraform (Terraform Cloud), with one workspace per layer."""

    backend: Literal["terraform-cloud"]
    """Where the state is kept: `terraform-cloud` selects the keys of this table."""

    organization: Annotated[
        str, Pattern(r"[A-Za-z0-9_-]{1,40}", "an organization's name: letters, digits, - and _", "acme")
    ]
    """Organization of the workspaces `<project>-<environment>-<layer>`. A workspace must share its state with those
    that read it: that of `network` with all others, that of `data` with that of `service`."""

    hostname: Annotated[str, Pattern(r"[a-z0-9.-]+", 'a host name such as "app.terraform.io"', "app.terraform.io")] = (
        "app.terraform.io"
    )
    """Host of Terraform Cloud or Terraform Enterprise."""

    project: (
        Annotated[str, Pattern(r"[A-Za-z0-9 _-]{3,40}", "3 to 40 letters, digits, spaces, - and _", "platform")] | None
    ) = None
    """HCP Terraform project for new workspaces; not the top-level `project` of this file. Default: the organization's
    default project."""


class LocalState(Section):
    """State in local files, for a trial by one person: the state is not shared, and nothing locks it."""

    backend: Literal["local"]
    """Where the state is kept: `local` selects the keys of this table."""

    path: Annotated[
        str,
        StringConstraints(max_length=200),
        Pattern(
            r"(?!.*(?:^|/)\.\.(?:/|$))[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*",
            "a folder inside the project, of letters, digits, dots, - and _, such as .windlass/state",
            ".windlass/state",
        ),
    ] = ".windlass/state"
    """Folder of the state files, relative to the folder that contains `environments/`."""


State = Annotated[S3State | TerraformCloudState | LocalState, Field(discriminator="backend")]


def state_key(project: str, environment: str, layer: str) -> str:
    """Path of a layer's state inside a bucket or folder; the bootstrap stack's is the same for all environments."""
    if layer == "bootstrap":
        return "bootstrap/terraform.tfstate"
    return f"{project}/{environment}/{layer}/terraform.tfstate"


def state_is_locked(state: State) -> Iterator[Problem]:
    """S01: two applies at once must not both run."""
    if state.backend == "s3" and state.dynamodb_table is None and not state.use_lockfile:
        yield problem(
            "state/dynamodb_table",
            MISSING,
            "is missing, and use_lockfile = false, so nothing locks the state; "
            "allowed: a table's name, or use_lockfile = true (S01)",
        )


RULES = (state_is_locked,)
