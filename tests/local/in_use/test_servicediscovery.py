"""Cloud Map."""

import pytest

from tests.local.in_use.holders import make_service
from tests.local.in_use.refusals import refused

pytestmark = pytest.mark.slow

INSTANCES = "Service contains registered instances; delete the instances before deleting the service"
SERVICES = "Namespace contains registered services; delete the services before deleting the namespace"


def test_a_namespace_stays_with_its_services_and_a_service_with_its_tasks(client, network):
    cloud_map, ecs = client("servicediscovery"), client("ecs")
    operation = cloud_map.create_private_dns_namespace(Name="in-use.internal", Vpc=network.vpc_id)["OperationId"]
    namespace = cloud_map.get_operation(OperationId=operation)["Operation"]["Targets"]["NAMESPACE"]
    service = cloud_map.create_service(
        Name="web", NamespaceId=namespace, DnsConfig={"DnsRecords": [{"Type": "A", "TTL": 10}]}
    )["Service"]
    make_service(ecs, network, serviceRegistries=[{"registryArn": service["Arn"]}])
    with refused("ResourceInUse", INSTANCES):
        cloud_map.delete_service(Id=service["Id"])
    with refused("ResourceInUse", SERVICES):
        cloud_map.delete_namespace(Id=namespace)
    ecs.delete_service(cluster="holds", service="web", force=True)

    address = {"AWS_INSTANCE_IPV4": "10.20.0.9"}
    cloud_map.register_instance(ServiceId=service["Id"], InstanceId="by-hand", Attributes=address)
    with refused("ResourceInUse", INSTANCES):
        cloud_map.delete_service(Id=service["Id"])
    assert cloud_map.get_service(Id=service["Id"])["Service"]["Name"] == "web"
    cloud_map.deregister_instance(ServiceId=service["Id"], InstanceId="by-hand")
    cloud_map.delete_service(Id=service["Id"])
    cloud_map.delete_namespace(Id=namespace)
