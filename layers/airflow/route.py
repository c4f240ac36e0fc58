"""The listener rule of Airflow's UI and API, with an OIDC login in front of it where the environment asks for one."""

from constructs import Construct

from config.airflow.operations import OidcLogin as LoginSettings
from layers.airflow.context import AirflowContext
from layers.context import DEREGISTRATION_DELAY_SECONDS
from modules.alb import (
    BlockedPaths,
    BlockedPathsInputs,
    LoginRoute,
    LoginRouteInputs,
    LoginRouteOutputs,
    OidcLogin,
    RuleInputs,
    SingleRoute,
    SingleRouteInputs,
    SingleRouteOutputs,
    TargetGroupSettings,
    TargetHealthCheck,
)

EXECUTION_API = ("/execution/*",)
"""Paths of the API that Airflow's tasks call, by the api-server's internal name (A11), never through here."""

WITH_A_TOKEN = ("/api/v2/*", "/auth/token*")
"""Paths where Airflow itself requires a token, or issues one for a username and a password."""


def ui_route(scope: Construct, context: AirflowContext) -> SingleRouteOutputs | LoginRouteOutputs:
    """Make the listener rule and the target group of the api-server."""
    shared, settings = context.shared, context.settings
    name, listener_arn = f"{shared.environment.prefix}-airflow", shared.load_balancer.listener_arn
    blocked = RuleInputs(
        listener_arn=listener_arn,
        priority=settings.first_priority,
        host_headers=settings.host_names,
        path_patterns=EXECUTION_API,
    )
    BlockedPaths(scope, "execution-api", BlockedPathsInputs(rule=blocked))
    rule = RuleInputs(
        listener_arn=listener_arn,
        priority=settings.priority,
        host_headers=settings.host_names,
        path_patterns=() if settings.host_names else ("/*",),
        source_cidrs=settings.allowed_cidrs,
    )
    targets = TargetGroupSettings(
        vpc_id=shared.network.vpc_id,
        health_check=TargetHealthCheck(path="/api/v2/version"),
        deregistration_delay_seconds=DEREGISTRATION_DELAY_SECONDS,
    )
    login = settings.authentication
    if login is None:
        return SingleRoute(scope, "route", SingleRouteInputs(name=name, rule=rule, targets=targets)).outputs
    without_login = RuleInputs(
        listener_arn=listener_arn,
        priority=settings.priority - 1,
        host_headers=settings.host_names,
        path_patterns=WITH_A_TOKEN,
        source_cidrs=settings.allowed_cidrs,
    )
    inputs = LoginRouteInputs(
        name=name,
        rule=rule,
        targets=targets,
        login=_login(login),
        open_rule=without_login if login.api_without_login else None,
    )
    return LoginRoute(scope, "route", inputs).outputs


def _login(login: LoginSettings) -> OidcLogin:
    return OidcLogin(
        issuer=login.issuer,
        authorization_endpoint=login.authorization_endpoint,
        token_endpoint=login.token_endpoint,
        user_info_endpoint=login.user_info_endpoint,
        client_id=login.client_id,
        client_secret_arn=login.client_secret_arn,
        client_secret_version=login.client_secret_version,
        scope=login.scope,
        session_timeout_seconds=login.session_timeout_hours * 3600,
    )
