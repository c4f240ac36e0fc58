"""The load balancer and its listeners."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_listener_certificate import LbListenerCertificate
from constructs import Construct

from modules.alb.names import check_name

TLS13_POLICIES = ("ELBSecurityPolicy-TLS13-1-2-", "ELBSecurityPolicy-TLS13-1-3-")


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Certificates and security policy of the HTTPS listener (N05)."""

    certificate_arn: str
    """ACM certificate for names that no other certificate covers."""

    additional_certificate_arns: Mapping[str, str] = field(default_factory=dict)
    """Further ACM certificates, by a key of your own. The listener picks one by the host name in the request (SNI)."""

    ssl_policy: str = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    """Policy that starts with `ELBSecurityPolicy-TLS13-1-2-` or `-1-3-`. Default: TLS 1.3, and TLS 1.2 with the AEAD
    ciphers that keep forward secrecy, for clients and proxies without 1.3; AWS's console chose it for years.
    `ELBSecurityPolicy-TLS13-1-3-2021-06` excludes those; `…-Res-PQ-2025-09` adds post-quantum key exchange."""

    def __post_init__(self) -> None:
        """Refuse an older protocol."""
        if "${" not in self.ssl_policy and not self.ssl_policy.startswith(TLS13_POLICIES):
            allowed = " or ".join(f"{prefix}…" for prefix in TLS13_POLICIES)
            raise ValueError(f'N05: ssl_policy is "{self.ssl_policy}"; allowed are {allowed}')


@dataclass(frozen=True, kw_only=True)
class AccessLogs:
    """Where the access logs are stored."""

    bucket: str
    """Bucket in the same region, whose policy allows Elastic Load Balancing to write; encrypted with SSE-S3."""

    prefix: str | None = None
    """Folder in the bucket. Default: none."""

    def __post_init__(self) -> None:
        """Refuse what Elastic Load Balancing would refuse."""
        if self.prefix is not None and ("AWSLogs" in self.prefix or self.prefix.strip("/") != self.prefix):
            raise ValueError(
                f'access log prefix is "{self.prefix}"; it must not contain "AWSLogs", nor start or end with "/"'
            )


@dataclass(frozen=True, kw_only=True)
class LoadBalancerInputs:
    """Placement and security of the load balancer."""

    name: str
    """1 to 32 letters, digits, hyphens; not starting with `internal-`."""

    subnet_ids: Sequence[str]
    """Subnets of two or more zones: public ones, or private ones for an internal load balancer."""

    security_group_ids: Sequence[str]
    """Security groups, which decide who reaches it (N03)."""

    internal: bool = False
    """Reachable in the VPC only, for a VPN (N08). Default: from the internet."""

    tls: Tls | None = None
    """HTTPS, with a redirect from HTTP. Default: none, which an internal load balancer may do without (N05)."""

    https_port: int = 443
    """Port of the HTTPS listener, 1 to 65535. Default: 443."""

    http_port: int = 80
    """Port of the HTTP listener, 1 to 65535, which redirects where there is TLS. Default: 80."""

    allow_public_http: bool = False
    """Serve plain HTTP to the internet when there is no certificate (N05). Default: no; for development only."""

    access_logs: AccessLogs | None = None
    """Access logs. Default: none; production should have them."""

    deletion_protection: bool = True
    """AWS refuses to delete the load balancer. Default: yes; turn it off for short-lived environments."""

    idle_timeout_seconds: int = 60
    """Time after which an idle connection is closed, 1 to 4000. Default: 60, as on AWS. The server must keep its
    connections open for longer, or clients get an occasional 502."""

    desync_mitigation_mode: Literal["defensive", "strictest"] = "defensive"
    """How ambiguous requests are handled: `defensive` allows the harmless ones and closes the connection after the
    others, `strictest` accepts only what follows RFC 7230. Default: `defensive`, which prevents request smuggling
    without refusing clients that are merely sloppy."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancerOutputs:
    """Outputs for routes, DNS records, alarms and people."""

    arn: str
    """ARN of the load balancer."""

    arn_suffix: str
    """`app/<name>/<id>`, as CloudWatch names it."""

    dns_name: str
    """DNS name that AWS assigned."""

    zone_id: str
    """Hosted zone of that name, for alias records."""

    listener_arn: str
    """The listener that serves: HTTPS with a certificate, HTTP without. Rules go here."""

    url_scheme: Literal["http", "https"]
    """What URLs start with."""

    port: int
    """Port of the listener that serves."""

    def url(self, host_name: str) -> str:
        """URL of a host name, with the port if it is not the scheme's default."""
        is_default = (self.url_scheme, self.port) in (("http", 80), ("https", 443))
        return f"{self.url_scheme}://{host_name}" + ("" if is_default else f":{self.port}")


class LoadBalancer(Construct):
    """An Application Load Balancer that answers 404 until a rule says otherwise."""

    outputs: LoadBalancerOutputs

    def __init__(self, scope: Construct, id_: str, inputs: LoadBalancerInputs) -> None:
        super().__init__(scope, id_)
        _check(inputs)
        balancer = Lb(
            self,
            "balancer",
            name=inputs.name,
            load_balancer_type="application",
            internal=inputs.internal,
            subnets=list(inputs.subnet_ids),
            security_groups=list(inputs.security_group_ids),
            access_logs=_access_logs(inputs.access_logs),
            enable_deletion_protection=inputs.deletion_protection,
            idle_timeout=inputs.idle_timeout_seconds,
            drop_invalid_header_fields=True,
            desync_mitigation_mode=inputs.desync_mitigation_mode,
            # Applications build links and check origins from the name that the user typed.
            preserve_host_header=True,
            xff_header_processing_mode="append",
            # If WAF is unavailable, requests are refused rather than passed on unchecked.
            enable_waf_fail_open=False,
            enable_http2=True,
        )
        arn = balancer.arn
        listener_arn = (
            self._plain_listener(arn, inputs) if inputs.tls is None else self._tls_listeners(arn, inputs, inputs.tls)
        )
        self.outputs = LoadBalancerOutputs(
            arn=arn,
            arn_suffix=balancer.arn_suffix,
            dns_name=balancer.dns_name,
            zone_id=balancer.zone_id,
            listener_arn=listener_arn,
            url_scheme="http" if inputs.tls is None else "https",
            port=inputs.http_port if inputs.tls is None else inputs.https_port,
        )

    def _plain_listener(self, load_balancer_arn: str, inputs: LoadBalancerInputs) -> str:
        listener = LbListener(
            self,
            "http",
            load_balancer_arn=load_balancer_arn,
            port=inputs.http_port,
            protocol="HTTP",
            default_action=[_nothing_here()],
        )
        return listener.arn

    def _tls_listeners(self, load_balancer_arn: str, inputs: LoadBalancerInputs, tls: Tls) -> str:
        LbListener(
            self,
            "http",
            load_balancer_arn=load_balancer_arn,
            port=inputs.http_port,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect=LbListenerDefaultActionRedirect(
                        port=str(inputs.https_port), protocol="HTTPS", status_code="HTTP_301"
                    ),
                )
            ],
        )
        listener = LbListener(
            self,
            "https",
            load_balancer_arn=load_balancer_arn,
            port=inputs.https_port,
            protocol="HTTPS",
            ssl_policy=tls.ssl_policy,
            certificate_arn=tls.certificate_arn,
            default_action=[_nothing_here()],
        )
        for name, certificate_arn in sorted(tls.additional_certificate_arns.items()):
            LbListenerCertificate(
                self, f"certificate-{name}", listener_arn=listener.arn, certificate_arn=certificate_arn
            )
        return listener.arn


def _check(inputs: LoadBalancerInputs) -> None:
    check_name("load balancer name", inputs.name)
    if not inputs.internal and inputs.tls is None and not inputs.allow_public_http:
        raise ValueError(
            f'N05: load balancer "{inputs.name}" is public and has no certificate; give it `tls`, make it internal, '
            "or say `allow_public_http` in development"
        )
    for key in ("http_port", "https_port"):
        if not 1 <= getattr(inputs, key) <= 65535:
            raise ValueError(f"{key} is {getattr(inputs, key)}; allowed are 1 to 65535")
    if inputs.tls is not None and inputs.http_port == inputs.https_port:
        raise ValueError(f"http_port and https_port are both {inputs.http_port}; two listeners need two ports")
    if not 1 <= inputs.idle_timeout_seconds <= 4000:
        raise ValueError(f"idle_timeout_seconds is {inputs.idle_timeout_seconds}; allowed are 1 to 4000")


def _access_logs(logs: AccessLogs | None) -> LbAccessLogs | None:
    return LbAccessLogs(enabled=True, bucket=logs.bucket, prefix=logs.prefix) if logs else None


def _nothing_here() -> LbListenerDefaultAction:
    return LbListenerDefaultAction(
        type="fixed-response",
        fixed_response=LbListenerDefaultActionFixedResponse(
            content_type="text/plain", message_body="Not found", status_code="404"
        ),
    )
