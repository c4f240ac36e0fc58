"""The `[load_balancer]` section."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import CertificateArn, Cidr, Section


class Waf(Section):
    """AWS WAF before the load balancer: AWS's own rules, and a limit for each address."""

    rate_limit_per_five_minutes: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests from one address in five minutes, above which it is refused."""

    count_only: bool = False
    """Let AWS's rules count what they would refuse, to see first. Default: refuse."""


class LoadBalancer(Section):
    """The one load balancer of the environment; services are told apart by host name and path."""

    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Reachable from the internet, or from the networks in `allowed_cidrs` only (N08)."""

    https: bool = True
    """Serve HTTPS with a TLS 1.3 policy and redirect HTTP to it (N05)."""

    https_port: Annotated[int, Field(ge=1, le=65535)] = 443
    """Port of the HTTPS listener. Default: 443; another one becomes part of every address that people see. Not used
    where `https` is false."""

    http_port: Annotated[int, Field(ge=1, le=65535)] = 80
    """Port of the HTTP listener, which redirects to HTTPS, or serves where `https` is false. Default: 80."""

    certificate_arn: CertificateArn | None = None
    """Existing certificate. Default: none, then one is made for the services' host names in `dns.zone_name`."""

    allowed_cidrs: tuple[Cidr, ...] = ("0.0.0.0/0",)
    """Who may connect. Default: everybody."""

    deletion_protection: bool = True
    """AWS refuses to delete the load balancer while this is on."""

    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """How long an idle connection is kept."""

    access_logs_retention_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """How long access logs stay in their bucket."""

    waf: Waf | None = None
    """Web application firewall. Default: none; AWS bills each web ACL and rule by the month."""

    @property
    def ports(self) -> dict[str, int]:
        """Ports that serve everybody who may connect, by the key that sets each."""
        return ({"https_port": self.https_port} if self.https else {}) | {"http_port": self.http_port}
