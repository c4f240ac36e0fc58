"""The `[load_balancer]` section."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import CertificateArn, Cidr, Section
from config.pattern import Pattern

RateLimit = Annotated[int, Field(ge=10, le=2_000_000_000)]


class Waf(Section):
    """AWS WAF in front of the load balancer: AWS managed rules, and a rate limit for each client."""

    web_acl_arn: (
        Annotated[
            str,
            Pattern(
                r"arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[\w-]{1,128}/[0-9a-f-]{36}",
                "the ARN of a web ACL for a region, arn:aws:wafv2:…:regional/webacl/…",
                "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/team/01234567-89ab-cdef-0123-456789abcdef",
            ),
        ]
        | None
    ) = None
    """ARN of an existing web ACL in the same account and region, whose rules and logs are its owner's (E11). The other
    keys of this table have no meaning then. Default: a web ACL is created."""

    rate_limit_per_five_minutes: RateLimit = 2000
    """Requests that one IP address may send in five minutes; more are blocked. An office is one address. Requests to
    `airflow.host_names` have their own limit."""

    airflow_rate_limit_per_five_minutes: RateLimit = 20_000
    """The same for requests to `airflow.host_names`: the UI polls, and its users often share one address. There, the
    AWS managed rules do not block for what a form holds, since a connection holds addresses."""

    count_only: bool = False
    """If true, only count the requests that the AWS managed rules would block. Begin with true, read the log group
    `aws-waf-logs-<project>-<environment>`, then set it to false. The rate limits still block."""


class LoadBalancer(Section):
    """The application load balancer of the environment. It routes requests to services by host name and path."""

    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Where clients can connect from. `internet-facing`: from the internet. `internal`: from the VPC and connected
    networks only (N08)."""

    https: bool = True
    """Serve HTTPS with a TLS 1.3 policy, and redirect HTTP to HTTPS (N05)."""

    https_port: Annotated[int, Field(ge=1, le=65535)] = 443
    """TCP port of the HTTPS listener. A port other than 443 appears in every URL. Ignored if `https = false`."""

    http_port: Annotated[int, Field(ge=1, le=65535)] = 80
    """TCP port of the HTTP listener, which redirects to HTTPS, or serves requests if `https = false`. Must differ from
    `https_port`."""

    certificate_arn: CertificateArn | None = None
    """ARN of an ACM certificate in the same region (E11). Leave it out if `https = false`. Default: a certificate is
    created for each of `host_names`, and one for the environment's own name in the zone. They are validated in `[dns]`,
    which is then required."""

    allowed_cidrs: Annotated[tuple[Cidr, ...], Field(examples=[["203.0.113.0/24"]])] = ("0.0.0.0/0",)
    """IPv4 ranges (CIDR) from which clients may connect. `0.0.0.0/0` is everywhere."""

    deletion_protection: bool = True
    """Protect the load balancer from deletion. Must be true in production."""

    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Time after which an idle connection is closed. A server must keep connections longer than this: web services get
    the time as `KEEP_ALIVE_SECONDS`, five seconds more, and an image that ignores it answers 502 now and then."""

    access_logs_retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """How long access logs are kept in S3."""

    waf: Waf | None = None
    """Enables AWS WAF. AWS charges per web ACL, rule and request. Default: off."""

    @property
    def keep_alive_seconds(self) -> int:
        """How long servers behind it keep an idle connection open, so that the load balancer closes it first."""
        return self.idle_timeout_seconds + 5

    @property
    def ports(self) -> dict[str, int]:
        """Ports that serve everybody who may connect, by the key that sets each."""
        return ({"https_port": self.https_port} if self.https else {}) | {"http_port": self.http_port}
