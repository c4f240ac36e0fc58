"""Cloud Map: the hosted zone of a namespace goes with it.

Symptom: after a destroy the account has a private zone that no state knows, one more each time. AWS creates and deletes
the zone itself.
"""

from typing import Any

from moto.route53 import route53_backends
from moto.servicediscovery.models import ServiceDiscoveryBackend
from moto.utilities.utils import get_partition

from local.extensions.patching import wrap_method


@wrap_method(ServiceDiscoveryBackend, "delete_namespace")
def delete_with_its_zone(original: Any, backend: Any, namespace_id: str) -> Any:
    """DeleteNamespace."""
    namespace = backend.namespaces.get(namespace_id)
    operation = original(backend, namespace_id)
    zone_id = (namespace.dns_properties or {}).get("HostedZoneId")
    if zone_id is not None:
        route53_backends[backend.account_id][get_partition(backend.region_name)].zones.pop(
            zone_id.rpartition("/")[2], None
        )
    return operation
