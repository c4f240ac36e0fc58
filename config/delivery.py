"""The `[delivery]` section: whose workflows may plan, apply, deploy and switch, and which people may look (I02)."""

from typing import Annotated

from pydantic import Field

from config.base import Section, ShortWord
from config.pattern import Pattern

Branch = Annotated[
    str, Pattern(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}", 'the name of one branch, such as "main", without a star', "main")
]


Principal = Annotated[
    str,
    Pattern(
        r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]{1,512}",
        "the ARN of one IAM role or user, without a star",
        "arn:aws:iam::123456789012:role/team",
    ),
]


class Delivery(Section):
    """Creates IAM roles that workflows of one GitHub repository can assume (I02).

    `plan`, `apply`, `deploy` (an image into the service layer), `switch` and `push`; for people `view` and `operate`.
    """

    repository: Annotated[
        str,
        Pattern(
            r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", 'a repository such as "acme/shop"', "acme/shop"
        ),
    ]
    """Repository on GitHub, `owner/name`."""

    branches: Annotated[tuple[Branch, ...], Field(min_length=1)] = ("main",)
    """Branches whose workflows may plan, apply, deploy, switch and push images. Pull requests may only plan, and only
    layers that open no secret, with `--no-lock`."""

    plan_environment: (
        Annotated[
            str,
            Pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", 'the name of one GitHub environment, such as "plan"', "plan"),
        ]
        | None
    ) = None
    """GitHub environment whose workflows may plan the data layer, which opens secrets, by the role `plan-data`. Give it
    required reviewers on GitHub first: an environment that does not exist is created, unprotected, by the first
    workflow that names it. Default: none, so only branches plan the data layer, by the role `apply`."""

    view_principal_arns: Annotated[
        tuple[Principal, ...], Field(examples=[["arn:aws:iam::123456789012:role/team"]])
    ] = ()
    """IAM roles and users of people who may assume the role `view`: status, logs and tasks. Default: none, and no such
    role."""

    operate_principal_arns: Annotated[
        tuple[Principal, ...], Field(examples=[["arn:aws:iam::123456789012:role/on-call"]])
    ] = ()
    """IAM roles and users of people who may assume the role `operate`: `view`, and run a task, open a shell, scale,
    restart, and set new values of secrets, which it cannot read. Default: none, and no such role."""

    apply_policy_arns: Annotated[
        dict[
            ShortWord,
            Annotated[
                str,
                Pattern(
                    r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/[\w+=,.@/-]{1,200}",
                    'the ARN of a policy, such as "arn:aws:iam::123456789012:policy/platform-apply"',
                    "arn:aws:iam::123456789012:policy/platform-apply",
                ),
            ],
        ],
        Field(min_length=1, examples=[{"platform": "arn:aws:iam::123456789012:policy/platform-apply"}]),
    ]
    """IAM policies for the role that runs `apply`: ARNs, each under a name of your choice. Whatever they allow, it
    makes roles with the environment's permissions boundary only, and changes neither the boundary, nor roles of
    pipelines, nor the state's bucket and key. It can do everything else that they allow; therefore guards report each
    policy until you waive it with a reason."""

    oidc_provider_arn: (
        Annotated[
            str,
            Pattern(
                r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com",
                "the ARN of GitHub's OIDC provider in the account",
                "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            ),
        ]
        | None
    ) = None
    """ARN of GitHub's OIDC provider. An account can have only one, so a second environment names that of the first.
    Default: the provider is created."""
