"""What an environment needs of the account's quotas, as `check` and `cost` show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws.quotas import QUOTAS
from cli.console import say, show, table
from cost.account import taken

if TYPE_CHECKING:
    from config import Environment

MUCH = 0.5
"""Share of a quota from which `check` mentions it."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """How much of one quota an environment uses."""

    quota: str
    at_rest: float
    deploying: float
    at_most: float
    has: int
    """What the account has, by `[quotas]` or by default."""

    @property
    def must_be_raised(self) -> bool:
        """Whether an account with AWS's defaults has too little for a deployment."""
        return self.deploying > QUOTAS[self.quota].default

    @property
    def is_much(self) -> bool:
        """Whether it uses much of what an account has by default, so that another environment may not fit beside it."""
        return max(self.deploying, self.at_most) >= MUCH * QUOTAS[self.quota].default

    def json(self) -> dict[str, Any]:
        """For scripts."""
        quota = QUOTAS[self.quota]
        return {
            "quota": self.quota,
            "name": quota.name,
            "service": quota.service,
            "code": quota.code,
            "unit": quota.unit,
            "default": quota.default,
            "has": self.has,
            "at_rest": self.at_rest,
            "deploying": self.deploying,
            "at_most": self.at_most,
            "must_be_raised": self.must_be_raised,
        }


def uses(environment: "Environment", documents: Mapping[str, Mapping[str, Any]]) -> tuple[Use, ...]:
    """The use of every quota, in the order of the table; none for an emulated AWS, which has no quotas."""
    if environment.is_emulated:
        return ()
    from config.needs import needs_of  # pydantic and the models, which an environment has loaded already

    amounts = {need.quota: (need.at_rest, need.deploying, need.at_most) for need in needs_of(environment)}
    amounts |= {key: (count, count, count) for key, count in taken(documents).items()}
    return tuple(
        Use(
            quota=key,
            at_rest=amounts[key][0],
            deploying=amounts[key][1],
            at_most=amounts[key][2],
            has=environment.quotas.value(key),
        )
        for key in QUOTAS
        if key in amounts
    )


def print_uses(shown: Sequence[Use]) -> None:
    """A table of uses, and which quotas must be raised before the first apply."""
    if not shown:
        return
    rows = table("quota", "at rest", "deploying", "at most", "default", "account")
    for use in shown:
        quota = QUOTAS[use.quota]
        amounts = (f"{amount:g}" for amount in (use.at_rest, use.deploying, use.at_most))
        rows.add_row(quota.name, *amounts, str(quota.default), str(use.has))
    show(rows)
    for use in shown:
        if use.must_be_raised:
            least = f"{-(-use.deploying // 1):.0f}"
            where = QUOTAS[use.quota].where
            say(f"Before the first apply, have {where} raised to {least} or more; [quotas] says {use.has}.")
