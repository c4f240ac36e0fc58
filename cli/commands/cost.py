"""`./windlass cost`: what an environment costs a month, before it is built (P06)."""

import click

from cli.command import command
from cli.completion import environments
from cli.console import print_json, say, show, table, warn
from cli.errors import BAD_CONFIGURATION, CommandError
from cli.options import as_json, environment_argument
from cli.project import Project
from cli.quotas import Use, print_uses, uses
from cost import Estimate, PricesError, estimate, prices_of
from cost.estimate import BY_USE


@command(changes="nothing", examples=("./windlass cost prod", "./windlass cost prod --compare dev --json"))
@environment_argument
@click.option(
    "--compare",
    "other",
    metavar="ENV",
    shell_complete=environments,
    help="Also show this environment, and the difference.",
)
@click.option("--region", metavar="REGION", help="Prices of this region.  [default: the environment's]")
@as_json
@click.pass_obj
def cost(project: Project, name: str, other: str | None, region: str | None, as_json: bool) -> None:
    """Estimate the cost of a month in USD, by list prices. AWS is not contacted.

    It also shows what the environment needs of the account's quotas.
    """
    priced = [_estimate(project, each, region) for each in (name, other) if each is not None]
    estimates = [each for each, _ in priced]
    if as_json:
        print_json({each.environment: {**each.json(), "quotas": [use.json() for use in used]} for each, used in priced})
        return
    if len(estimates) == 1:
        _show_lines(estimates[0])
    else:
        _show_difference(*estimates)
    _say_what_it_is(estimates)
    if len(priced) == 1:
        print_uses(priced[0][1])


def _estimate(project: Project, name: str, region: str | None) -> tuple[Estimate, tuple[Use, ...]]:
    environment = project.environments.load(name)
    documents = project.synthesis.documents(environment)

    try:
        costs = estimate(name, documents, prices_of(region or environment.aws.region))
        return costs, uses(environment, documents)
    except PricesError as error:
        message = f"{error} Choose one with --region for a rough idea."
        raise CommandError(message, exit_code=BAD_CONFIGURATION) from error


def _show_lines(estimates: Estimate) -> None:
    rows = table("", "USD a month", "what", "address")
    for group, total in estimates.groups().items():
        rows.add_row(group, f"{total:,.2f}", "", "")
        for line in estimates.lines:
            if line.group == group:
                rows.add_row(
                    "", "no price" if line.monthly is None else f"{line.monthly:,.2f}", line.what, line.address
                )
    rows.add_row("total", f"{estimates.total:,.2f}", "", "")
    show(rows)


def _show_difference(one: Estimate, other: Estimate) -> None:
    rows = table("USD a month", one.environment, other.environment, f"{one.environment} adds")
    mine, theirs = one.groups(), other.groups()
    for group in sorted({*mine, *theirs}, key=lambda each: theirs.get(each, 0.0) - mine.get(each, 0.0)):
        first, second = mine.get(group, 0.0), theirs.get(group, 0.0)
        rows.add_row(group, f"{first:,.2f}", f"{second:,.2f}", f"{first - second:+,.2f}")
    rows.add_row("total", f"{one.total:,.2f}", f"{other.total:,.2f}", f"{one.total - other.total:+,.2f}")
    show(rows)


def _say_what_it_is(estimates: list[Estimate]) -> None:

    prices = estimates[0].prices
    say(f"An estimate from AWS's list prices of {prices.as_of} in {prices.region}, before tax and discounts.")
    say("It leaves out what depends on use: " + "; ".join(BY_USE) + ".")
    for each in estimates:
        for line in each.unpriced:
            warn(f"{each.environment}: {line.what} has no price here, so the total is too low ({line.address}).")
