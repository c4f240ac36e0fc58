def test_the_zone_of_a_namespace_goes_with_it(client):
    vpc_id = client("ec2").create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    cloud_map, route53 = client("servicediscovery"), client("route53")

    def zones() -> list[str]:
        return [zone["Name"] for zone in route53.list_hosted_zones()["HostedZones"] if "mapped" in zone["Name"]]

    cloud_map.create_private_dns_namespace(Name="mapped.internal", Vpc=vpc_id, CreatorRequestId="mapped")
    (namespace,) = [each for each in cloud_map.list_namespaces()["Namespaces"] if each["Name"] == "mapped.internal"]
    assert len(zones()) == 1
    cloud_map.delete_namespace(Id=namespace["Id"])
    assert zones() == []
