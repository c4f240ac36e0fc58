"""The `[delivery]` section: the repository whose workflows may plan, apply and switch (I02)."""

from typing import Annotated

from pydantic import Field

from config.base import Section, ShortWord
from config.pattern import Pattern

Branch = Annotated[
    str, Pattern(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}", 'the name of one branch, such as "main", without a star', "main")
]


class Delivery(Section):
    """Creates four IAM roles (plan, apply, switch, push) that workflows of one GitHub repository can assume (I02)."""

    repository: Annotated[
        str,
        Pattern(
            r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", 'a repository such as "acme/shop"', "acme/shop"
        ),
    ]
    """Repository on GitHub, `owner/name`."""

    branches: Annotated[tuple[Branch, ...], Field(min_length=1)] = ("main",)
    """Branches whose workflows may plan, apply, switch and push images; pull requests may only plan."""

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
    """IAM policies for the role that runs `apply`: ARNs, each under a name of your choice. Anyone who can create roles
    can gain everything that these policies allow; therefore guards report each policy until you waive it with a
    reason."""

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
