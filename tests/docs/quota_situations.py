"""The commands of the runbook for quotas: those of Windlass on production, those of AWS by its models."""

from aws.quotas import QUOTAS
from tests.docs.release_situations import situation
from tests.docs.runbook_command import RunbookCommand
from tests.docs.runbooks import FOLDER

PAGE = (FOLDER / "quota.md").read_text(encoding="utf-8")
VCPUS = QUOTAS["fargate_vcpus"]


@situation("./windlass cost ENV")
def compare_with_the_account(runbook: RunbookCommand) -> None:
    done = runbook.run_on_prod()
    assert done.code == 0, done.text
    columns = ("at rest", "deploying", "at most")
    assert all(column in done.out and f"`{column}`" in PAGE for column in columns)
    assert all(quota.name in done.out for key, quota in QUOTAS.items() if key != "role_trust_policy_characters")


@situation("./windlass check ENV")
def say_that_it_was_raised(runbook: RunbookCommand) -> None:
    too_little = runbook.run_on_prod(QUOTAS__FARGATE_VCPUS="6")
    assert too_little.code == 2
    assert f"({VCPUS.service}, {VCPUS.code})" in too_little.text
    stops = runbook.run_on_prod(QUOTAS__FARGATE_VCPUS="34")
    raised = runbook.run_on_prod(QUOTAS__FARGATE_VCPUS="64")
    assert (stops.code, raised.code) == (0, 0)
    for printed, words in (
        (too_little, "is too little"),
        (stops, "the upper limits of scaling need"),
        (raised, "Before the first apply, have"),
    ):
        assert words in printed.text
        assert words in PAGE
    assert "the upper limits of scaling need" not in raised.text


def of_every_quota(runbook: RunbookCommand, operation: str) -> None:
    """The command is what AWS's model wants, whichever quota it is for."""
    for quota in QUOTAS.values():
        command = runbook.aws(SERVICE_CODE=quota.service, QUOTA_CODE=quota.code, VALUE=str(2 * quota.default))
        assert (command.service, command.operation, command.violations()) == ("service-quotas", operation, [])
        assert command.parameters["QuotaCode"] == quota.code


@situation("aws service-quotas get-service-quota --service-code SERVICE_CODE --quota-code QUOTA_CODE")
def ask_what_the_account_has(runbook: RunbookCommand) -> None:
    of_every_quota(runbook, "GetServiceQuota")


@situation(
    "aws service-quotas request-service-quota-increase --service-code SERVICE_CODE --quota-code QUOTA_CODE "
    "--desired-value VALUE"
)
def ask_for_more(runbook: RunbookCommand) -> None:
    of_every_quota(runbook, "RequestServiceQuotaIncrease")


@situation(
    "aws service-quotas list-requested-service-quota-change-history-by-quota --service-code SERVICE_CODE "
    "--quota-code QUOTA_CODE"
)
def ask_how_far_it_is(runbook: RunbookCommand) -> None:
    of_every_quota(runbook, "ListRequestedServiceQuotaChangeHistoryByQuota")
