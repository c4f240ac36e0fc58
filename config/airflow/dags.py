"""The `[airflow.dags]` section: where DAGs come from (A13, A14). `source` decides which keys it has."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from config.base import Section, ShortWord
from config.container import Image
from config.pattern import PORT, Pattern
from config.state import BucketName

GIT_SYNC_IMAGE = "registry.k8s.io/git-sync/git-sync:v4.4.2"

Folder = Annotated[
    str,
    StringConstraints(max_length=255),
    Pattern(
        r"(?!.*(^|/)\.\.?(/|$))[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*",
        'a folder such as "pipelines/dags", no .. in it',
        "pipelines/dags",
    ),
]
"""A relative path without `..`."""


class Repository(Section):
    """A git repository with DAGs. It becomes a DAG bundle with the same name."""

    url: Annotated[
        str,
        StringConstraints(max_length=512),
        Pattern(
            rf"https://[A-Za-z0-9.-]+(:{PORT})?/[\w./~-]+|ssh://[\w.-]+@[A-Za-z0-9.-]+(:{PORT})?/[\w./~-]+"
            r"|[\w.-]+@[A-Za-z0-9.-]+:[\w./~-]+",
            "an address without a user's password, with a port from 1 to 65535 or none, such as "
            '"https://github.com/acme/dags.git" or "git@github.com:acme/dags.git"',
            "https://github.com/acme/dags.git",
        ),
    ]
    """URL of the repository, by HTTPS or SSH."""

    ref: Annotated[str, Pattern(r"[A-Za-z0-9][\w./-]{0,254}", "a branch, a tag or a commit", "main")] = "main"
    """Branch, tag or commit to check out."""

    subdir: Folder | None = None
    """Folder of the DAGs in the repository. Default: the root of the repository."""

    credentials: Literal["none", "ssh", "token"] = "none"
    """How to authenticate. `none`: not at all. `ssh`: with a private SSH key. `token`: with a token as the password, by
    HTTPS."""

    secret_arn: (
        Annotated[
            str,
            Pattern(
                r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+",
                "the ARN of a Secrets Manager secret",
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:git-token-AbCdEf",
            ),
        ]
        | None
    ) = None
    """ARN of an existing secret with the key or the token, in the environment's region. If left out, set the value of
    the created secret before the first apply of the service layer. Not allowed with `credentials = "none"`. Default: an
    empty secret `<project>/<environment>/airflow/git/<repository>` is created unless `credentials = "none"`."""

    username: Annotated[str, Pattern(r"[\w.@-]{1,64}", "letters, digits, _ . @ and -", "git")] = "git"
    """User name that goes with a token. Most hosts accept any; GitLab's deploy tokens have one."""

    known_hosts: tuple[
        Annotated[
            str,
            Pattern(
                r"[!-~]+ (ssh|ecdsa|sk)-[!-~]+ [A-Za-z0-9+/=]+",
                "a line of known_hosts: host, kind of key, key",
                "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
            ),
        ],
        ...,
    ] = ()
    """Host keys of the Git server, one line each, as `ssh-keyscan` prints them. Without them, another host could
    impersonate the server. Not allowed with HTTPS. Required with SSH."""

    @property
    def is_ssh(self) -> bool:
        """Whether the address is SSH's."""
        return not self.url.startswith("https://")

    @property
    def port(self) -> int:
        """TCP port of the host."""
        scheme, separator, rest = self.url.partition("://")
        port = rest.split("/")[0].rpartition(":")[2] if separator else ""
        if port.isdigit():
            return int(port)
        return 443 if scheme == "https" else 22


class GitSync(Section):
    """A git-sync sidecar in every task that reads DAGs keeps a clone of each repository up to date (A13)."""

    source: Literal["git-sync"] = "git-sync"
    """Where DAGs come from: `git-sync` selects the keys of this table."""

    repositories: dict[ShortWord, Repository]
    """Repositories by name, one to three: each adds two containers to a task, and ECS allows ten. Each is a DAG bundle
    (A14)."""

    period_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    """How often to check for new DAGs: the interval between two fetches of a repository."""

    image: Annotated[Image, Field(examples=[GIT_SYNC_IMAGE])] = GIT_SYNC_IMAGE
    """Image of git-sync. Images of public registries are pulled through the account's pull-through cache (P04)."""


class S3Dags(Section):
    """Airflow reads DAGs from an S3 bucket, as a DAG bundle. Upload them with `aws s3 sync` or a pipeline."""

    source: Literal["s3"]
    """Where DAGs come from: `s3` selects the keys of this table."""

    bucket: Annotated[BucketName | None, Field(examples=["acme-dags"])] = None
    """Name of an existing bucket. Default: a bucket is created."""

    prefix: Folder | None = None
    """Prefix of the DAGs in the bucket. Default: the whole bucket."""

    refresh_interval_seconds: Annotated[int, Field(ge=30, le=3600)] = 60
    """How often to check for new DAGs: Airflow's `refresh_interval` of the bucket."""


class EfsDags(Section):
    """Tasks mount an EFS file system with the DAGs, read-only."""

    source: Literal["efs"]
    """Where DAGs come from: `efs` selects the keys of this table."""

    file_system_id: (
        Annotated[str, Pattern(r"fs-[0-9a-f]{8,17}", "the id of a file system, fs-…", "fs-0123456789abcdef0")] | None
    ) = None
    """Id of an existing EFS file system. Default: a file system is created."""

    access_point_id: (
        Annotated[str, Pattern(r"fsap-[0-9a-f]{8,17}", "the id of an access point, fsap-…", "fsap-0123456789abcdef0")]
        | None
    ) = None
    """Id of an access point of the existing file system. Not allowed without `file_system_id`. Required if
    `file_system_id` is set."""

    security_group_id: (
        Annotated[str, Pattern(r"sg-[0-9a-f]{8,17}", "the id of a security group, sg-…", "sg-0123456789abcdef0")] | None
    ) = None
    """Security group of the mount targets of the existing file system. It must allow the components on port 2049. Not
    allowed without `file_system_id`. Required if `file_system_id` is set."""


class ImageDags(Section):
    """The DAGs are part of `airflow.image`, so new DAGs need a new image."""

    source: Literal["image"]
    """Where DAGs come from: `image` selects the keys of this table."""

    path: Annotated[
        str, Pattern(r"/[\w./-]{1,254}", 'an absolute path such as "/opt/airflow/dags"', "/opt/airflow/dags")
    ] = "/opt/airflow/dags"
    """Folder of the DAGs in the image."""


def source(dags: Any) -> str:
    """The source that a table names, or the default. A value that is not a table is left to the default's check."""
    if isinstance(dags, Section):
        return str(getattr(dags, "source", "git-sync"))
    return str(dags.get("source", "git-sync")) if isinstance(dags, Mapping) else "git-sync"


AnyDags = Annotated[
    Annotated[GitSync, Tag("git-sync")]
    | Annotated[S3Dags, Tag("s3")]
    | Annotated[EfsDags, Tag("efs")]
    | Annotated[ImageDags, Tag("image")],
    Discriminator(source),
]
"""A source of DAGs; `git-sync` by default."""
