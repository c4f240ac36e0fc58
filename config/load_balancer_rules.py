"""Rules on the load balancer: its certificate, its ports, and what production needs."""

from collections.abc import Iterator

from aws.quotas import CERTIFICATE_MAIN_NAME_CHARACTERS
from config.airflow.section import Airflow
from config.aws import Aws
from config.base import Kind
from config.dns import Dns
from config.errors import MISSING, Problem
from config.host_name_key import key_of
from config.load_balancer import LoadBalancer
from config.rule import is_valid, problem
from config.services import WebService


def https_has_a_certificate(
    load_balancer: LoadBalancer, dns: Dns | None, services: dict[str, WebService], airflow: Airflow | None
) -> Iterator[Problem]:
    """N05: an existing certificate, or a zone and host names to create one for."""
    if not load_balancer.https:
        if load_balancer.certificate_arn is not None:
            yield problem(
                "load_balancer/certificate_arn",
                load_balancer.certificate_arn,
                "is not used where https = false; leave it out",
            )
        return
    if not services and airflow is None:
        return  # `there_is_a_service` says so, and what they need depends on what they are
    if load_balancer.certificate_arn is None and dns is None:
        yield problem(
            "load_balancer/certificate_arn",
            MISSING,
            "is missing where https = true; "
            "allowed: the ARN of a certificate, or a [dns] section, so that one is created (N05)",
        )
    has_host_names = any(service.host_names for service in services.values()) or (
        airflow is not None and airflow.host_names
    )
    if load_balancer.certificate_arn is None and not has_host_names:
        yield problem(
            "services",
            MISSING,
            "has no host_names, so no certificate can be created; "
            "allowed: host_names in at least one service or in [airflow], or load_balancer.certificate_arn",
        )


def the_listeners_name_fits_into_a_certificate(
    project: str, name: str, load_balancer: LoadBalancer, dns: Dns | None
) -> Iterator[Problem]:
    """The default certificate of a listener has the environment's own name in the zone; ACM limits a main name."""
    if not load_balancer.https or load_balancer.certificate_arn is not None or dns is None:
        return
    listener_name = f"{project}-{name}.{dns.zone_name}"
    if len(listener_name) > CERTIFICATE_MAIN_NAME_CHARACTERS:
        message = (
            f'makes the main name of a certificate too long for ACM: "{listener_name}" has {len(listener_name)} '
            f"characters; allowed: {CERTIFICATE_MAIN_NAME_CHARACTERS}, or load_balancer.certificate_arn with your own "
            "certificate"
        )
        yield problem("dns/zone_name", dns.zone_name, message)


def host_names_have_addresses_of_their_own(
    project: str, name: str, dns: Dns | None, services: dict[str, WebService], airflow: Airflow | None
) -> Iterator[Problem]:
    """Records and certificates have addresses with the host name, in which a dot is a hyphen and `*` is "any"."""
    known: dict[str, str] = {}
    if dns is not None:
        listener_name = f"{project}-{name}.{dns.zone_name}"
        known[key_of(listener_name)] = listener_name
    holders = [(f"services/{each}", service.host_names) for each, service in services.items()]
    holders += [("airflow", airflow.host_names)] if airflow is not None else []
    for holder, host_names in holders:
        for host_name in host_names:
            other = known.setdefault(key_of(host_name), host_name)
            if other != host_name:
                message = (
                    f'would share Terraform addresses with "{other}", since dots become hyphens there; '
                    "allowed: another name"
                )
                yield problem(f"{holder}/host_names", host_name, message)


def listeners_have_unique_ports(load_balancer: LoadBalancer) -> Iterator[Problem]:
    """Two listeners of a load balancer cannot share a port."""
    if load_balancer.https and load_balancer.http_port == load_balancer.https_port:
        message = f"is also load_balancer.https_port = {load_balancer.https_port}; allowed: any other port"
        yield problem("load_balancer/http_port", load_balancer.http_port, message)


def certificate_is_in_the_region(aws: Aws, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """A load balancer accepts certificates of its own region only."""
    arn = load_balancer.certificate_arn
    if arn is not None and arn.split(":")[3] != aws.region:
        yield problem(
            "load_balancer/certificate_arn", arn, f'is in another region; allowed: a certificate of "{aws.region}"'
        )


def an_existing_web_acl_is_in_reach_and_not_configured(aws: Aws, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """E11: WAF associates a web ACL of the same account and region, whose rules are its owner's."""
    waf = load_balancer.waf
    if waf is None or waf.web_acl_arn is None:
        return
    path = "load_balancer/waf"
    if waf.web_acl_arn.split(":")[3:5] != [aws.region, aws.account_id]:
        message = f'is in another account or region; allowed: a web ACL of {aws.account_id} in "{aws.region}"'
        yield problem(f"{path}/web_acl_arn", waf.web_acl_arn, message)
    for key, field in type(waf).model_fields.items():
        if key != "web_acl_arn" and is_valid(waf, key) and getattr(waf, key) != field.default:
            yield problem(f"{path}/{key}", getattr(waf, key), "belongs to a web ACL that is created here; leave it out")


def airflows_limit_has_hosts(load_balancer: LoadBalancer, airflow: Airflow | None) -> Iterator[Problem]:
    """The limit for Airflow is chosen by host name."""
    waf, key = load_balancer.waf, "airflow_rate_limit_per_five_minutes"
    if waf is None or waf.web_acl_arn is not None:
        return
    value = waf.airflow_rate_limit_per_five_minutes
    if value != type(waf).model_fields[key].default and not (airflow is not None and airflow.host_names):
        message = "has no effect without airflow.host_names; allowed: leave it out, or name Airflow's hosts"
        yield problem(f"load_balancer/waf/{key}", value, message)


def http_is_for_development(kind: Kind, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """N05: a public listener without a certificate is refused outside development."""
    if kind != "development" and load_balancer.scheme == "internet-facing" and not load_balancer.https:
        yield problem(
            "load_balancer/https",
            False,
            f'leaves a public listener unencrypted; allowed where kind = "{kind}": true (N05)',
        )


def production_listener_survives(kind: Kind, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """D02: production's load balancer cannot be deleted by mistake."""
    if kind == "production" and not load_balancer.deletion_protection:
        yield problem(
            "load_balancer/deletion_protection", False, 'is not allowed where kind = "production"; allowed: true'
        )


RULES = (
    https_has_a_certificate,
    the_listeners_name_fits_into_a_certificate,
    host_names_have_addresses_of_their_own,
    listeners_have_unique_ports,
    certificate_is_in_the_region,
    an_existing_web_acl_is_in_reach_and_not_configured,
    airflows_limit_has_hosts,
    http_is_for_development,
    production_listener_survives,
)
