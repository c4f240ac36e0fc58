"""Envoy's configuration: a static bootstrap file, and one file for each part that changes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.dataplane.desired_state.model import Listener, TargetGroup
from local.dataplane.proxy.envoy_routes import Document, RouteContext, UnsupportedRuleError, route_of
from local.dataplane.proxy.targets import Endpoint

logger = logging.getLogger(__name__)

TYPE = "type.googleapis.com/"
LISTEN_ADDRESS = "127.0.0.1"
CONNECT_TIMEOUT = "5s"

TRACE_ID_SCRIPT = """
function envoy_on_request(handle)
  local headers = handle:headers()
  if headers:get("x-amzn-trace-id") == nil then
    local parts = {}
    for index = 1, 3 do parts[index] = string.format("%08x", math.random(0, 0x7fffffff)) end
    headers:add("x-amzn-trace-id", string.format("Root=1-%08x-%s", os.time(), table.concat(parts)))
  end
end
"""


@dataclass(frozen=True, kw_only=True)
class ProxyInputs:
    """What the configuration is generated from."""

    folder: Path
    listeners: tuple[Listener, ...]
    target_groups: Mapping[str, TargetGroup]
    endpoints: Mapping[str, tuple[Endpoint, ...]]
    """Target group ARN → addresses with ports."""
    certificates: Mapping[str, tuple[Path, Path]]
    """Listener ARN → files of the certificate chain and its key."""


def bootstrap(folder: Path) -> Document:
    """The file that refers to the others. There is no admin interface, because nothing needs it."""
    return {
        "node": {"id": "local", "cluster": "local"},
        "dynamic_resources": {"lds_config": _file(folder, "listeners"), "cds_config": _file(folder, "clusters")},
    }


def files(inputs: ProxyInputs) -> dict[str, Document]:
    """File name → content, in the order in which to write them: a file follows those that it refers to."""
    names = {arn: _cluster_name(group) for arn, group in inputs.target_groups.items()}
    contents: dict[str, Document] = {}
    for arn, name in names.items():
        contents[f"endpoints-{name}"] = _resources(_endpoints(name, inputs.endpoints.get(arn, ())))
    contents["clusters"] = _resources(
        *(_cluster(inputs.folder, names[arn], group) for arn, group in inputs.target_groups.items())
    )
    for listener in inputs.listeners:
        context = RouteContext(listener_port=listener.port, clusters=names)
        contents[f"routes-{listener.port}"] = _resources(_routes(listener, context))
    contents["listeners"] = _resources(*(_listener(inputs, listener) for listener in inputs.listeners))
    return contents


def _routes(listener: Listener, context: RouteContext) -> Document:
    routes = []
    for rule in listener.rules:
        try:
            routes.append(route_of(rule, context))
        except UnsupportedRuleError as error:
            logger.warning("rule %s is ignored, because it has %s", rule["RuleArn"], error)
    return {
        "@type": f"{TYPE}envoy.config.route.v3.RouteConfiguration",
        "name": f"routes-{listener.port}",
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}],
    }


def _listener(inputs: ProxyInputs, listener: Listener) -> Document:
    idle = f"{listener.idle_timeout_seconds}s"
    manager = {
        "@type": f"{TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": f"listener-{listener.port}",
        # The client is the peer. For a peer on loopback Envoy would write this machine's external address, so the
        # routes add the header instead.
        "use_remote_address": True,
        "skip_xff_append": True,
        "generate_request_id": False,
        "server_header_transformation": "PASS_THROUGH",
        "common_http_protocol_options": {"idle_timeout": idle},
        "stream_idle_timeout": idle,
        "rds": {
            "route_config_name": f"routes-{listener.port}",
            "config_source": _file(inputs.folder, f"routes-{listener.port}"),
        },
        "http_filters": [
            {
                "name": "trace-id",
                "typed_config": {
                    "@type": f"{TYPE}envoy.extensions.filters.http.lua.v3.Lua",
                    "default_source_code": {"inline_string": TRACE_ID_SCRIPT},
                },
            },
            {
                "name": "router",
                "typed_config": {
                    "@type": f"{TYPE}envoy.extensions.filters.http.router.v3.Router",
                    "suppress_envoy_headers": True,
                },
            },
        ],
    }
    chain: Document = {"filters": [{"name": "http", "typed_config": manager}]}
    if listener.arn in inputs.certificates:
        chain["transport_socket"] = _tls(*inputs.certificates[listener.arn])
    return {
        "@type": f"{TYPE}envoy.config.listener.v3.Listener",
        "name": f"listener-{listener.port}",
        "address": _address((LISTEN_ADDRESS, listener.port)),
        "filter_chains": [chain],
    }


def _tls(certificate: Path, key: Path) -> Document:
    pair = {"certificate_chain": {"filename": str(certificate)}, "private_key": {"filename": str(key)}}
    return {
        "name": "tls",
        "typed_config": {
            "@type": f"{TYPE}envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
                "alpn_protocols": ["h2", "http/1.1"],
                "tls_certificates": [pair],
            },
        },
    }


def _cluster(folder: Path, name: str, group: TargetGroup) -> Document:
    options = {
        "@type": f"{TYPE}envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http_protocol_options": {}},
        # Shorter than the sample service's 65 s: the proxy must be the first to close an idle connection.
        "common_http_protocol_options": {"idle_timeout": "60s"},
    }
    return {
        "@type": f"{TYPE}envoy.config.cluster.v3.Cluster",
        "name": name,
        "type": "EDS",
        "connect_timeout": CONNECT_TIMEOUT,
        "lb_policy": "LEAST_REQUEST" if group.least_outstanding_requests else "ROUND_ROBIN",
        # The data plane checks the targets; every endpoint in the file receives requests.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "eds_cluster_config": {"eds_config": _file(folder, f"endpoints-{name}")},
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": options},
    }


def _endpoints(name: str, endpoints: tuple[Endpoint, ...]) -> Document:
    return {
        "@type": f"{TYPE}envoy.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": name,
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(each)}} for each in endpoints]}],
    }


def _cluster_name(group: TargetGroup) -> str:
    # A new group may have the name of a deleted one; the last part of the ARN distinguishes them.
    return f"{group.name}-{group.arn.rpartition('/')[2]}"


def _address(endpoint: Endpoint) -> Document:
    return {"socket_address": {"address": endpoint[0], "port_value": endpoint[1]}}


def _file(folder: Path, name: str) -> Document:
    return {"path_config_source": {"path": str(folder / f"{name}.json")}, "resource_api_version": "V3"}


def _resources(*resources: Document) -> Document:
    return {"resources": list(resources)}
