def test_a_zone_with_a_vpc_is_private_and_keeps_it(client):
    vpc_id = client("ec2").create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    route53 = client("route53")
    vpc = {"VPCRegion": "eu-west-1", "VPCId": vpc_id}

    zone_id = route53.create_hosted_zone(Name="internal.example", CallerReference="private", VPC=vpc)["HostedZone"][
        "Id"
    ]

    zone = route53.get_hosted_zone(Id=zone_id)
    assert zone["HostedZone"]["Config"]["PrivateZone"] is True
    assert zone["VPCs"] == [vpc]


def test_a_zone_without_a_vpc_stays_public(client):
    route53 = client("route53")
    zone_id = route53.create_hosted_zone(Name="public.example", CallerReference="public")["HostedZone"]["Id"]
    assert route53.get_hosted_zone(Id=zone_id)["HostedZone"]["Config"]["PrivateZone"] is False
