"""The `[load_balancer]` section."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import CertificateArn, Cidr, Section


class Waf(Section):
    """AWS WAF in front of the load balancer: AWS managed rules, and a rate limit for each client."""

    rate_limit_per_five_minutes: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests from one IP address within five minutes, above which further ones are blocked."""

    count_only: bool = False
    """Only count the requests that AWS managed rules would block, as a trial. Default: block them."""


class LoadBalancer(Section):
    """The application load balancer of the environment. It routes requests to services by host name and path."""

    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Reachable from the internet, or from within the VPC and networks connected to it (N08)."""

    https: bool = True
    """Serve HTTPS with a TLS 1.3 policy, and redirect HTTP to it (N05)."""

    https_port: Annotated[int, Field(ge=1, le=65535)] = 443
    """Port of the HTTPS listener. Default: 443; another one becomes part of every address that people see. Not used
    where `https` is false."""

    http_port: Annotated[int, Field(ge=1, le=65535)] = 80
    """Port of the HTTP listener, which redirects to HTTPS, or serves where `https` is false. Default: 80."""

    certificate_arn: CertificateArn | None = None
    """ARN of an existing ACM certificate. Default: none; a certificate is created for the host names of the services,
    validated in `dns.zone_name`."""

    allowed_cidrs: tuple[Cidr, ...] = ("0.0.0.0/0",)
    """Blocks from which clients may connect. Default: everywhere."""

    deletion_protection: bool = True
    """Protect the load balancer from deletion. Must be true in production."""

    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Time after which an idle connection is closed."""

    access_logs_retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """How long access logs are kept in S3."""

    waf: Waf | None = None
    """AWS WAF. Default: none. AWS bills each web ACL and rule by the month."""

    @property
    def ports(self) -> dict[str, int]:
        """Ports that serve everybody who may connect, by the key that sets each."""
        return ({"https_port": self.https_port} if self.https else {}) | {"http_port": self.http_port}
