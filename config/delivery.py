"""The `[delivery]` section: the repository whose workflows may plan, apply and switch (I02)."""

from typing import Annotated

from pydantic import Field

from config.base import Section, ShortWord
from config.pattern import Pattern

Branch = Annotated[
    str, Pattern(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}", 'the name of one branch, such as "main", without a star', "main")
]


class Delivery(Section):
    """IAM roles for GitHub Actions. Only workflows of the repository can assume them."""

    repository: Annotated[
        str,
        Pattern(
            r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", 'a repository such as "acme/shop"', "acme/shop"
        ),
    ]
    """Repository on GitHub, `owner/name`."""

    branches: Annotated[tuple[Branch, ...], Field(min_length=1)] = ("main",)
    """Branches whose workflows may apply and switch. Pull requests may only plan."""

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
        Field(min_length=1),
    ]
    """ARNs of the policies of the role that applies, by a short name for each. A role that creates roles can do
    anything that these policies allow, so the guards require a waiver with a reason for each."""

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
    """ARN of GitHub's OIDC provider. Default: it is created here. An account can have only one, so a second environment
    names that of the first."""
