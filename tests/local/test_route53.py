import re

import pytest
from botocore.exceptions import ClientError


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


def test_a_deleted_alias_can_be_made_again_but_not_twice(client):
    route53 = client("route53")
    zone_id = route53.create_hosted_zone(Name="again.example", CallerReference="again")["HostedZone"]["Id"]
    alias = {"HostedZoneId": zone_id, "DNSName": "a.example", "EvaluateTargetHealth": True}
    record = {"Name": "app.again.example", "Type": "A", "AliasTarget": alias}

    def change(action):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        return route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)

    change("CREATE")
    change("DELETE")
    change("CREATE")
    with pytest.raises(ClientError, match="already exists"):
        change("CREATE")
    result = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    assert [one["Name"] for one in result if one["Type"] == "A"] == ["app.again.example."]


def test_ids_of_zones_have_the_form_of_awss_and_an_alias_has_the_id_alone(client):
    route53 = client("route53")
    zone_id = route53.create_hosted_zone(Name="form.example", CallerReference="form")["HostedZone"]["Id"]
    assert re.fullmatch("/hostedzone/Z[A-Z0-9]{20}", zone_id)
    alias = {"HostedZoneId": zone_id, "DNSName": "a.example.", "EvaluateTargetHealth": True}
    record = {"Name": "app.form.example.", "Type": "A", "AliasTarget": alias}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=change)
    records = route53.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    (target,) = [each["AliasTarget"] for each in records if "AliasTarget" in each]
    assert target["HostedZoneId"] == zone_id.removeprefix("/hostedzone/")


def test_zones_by_name_say_that_no_page_follows(client):
    answer = client("route53").list_hosted_zones_by_name(MaxItems="3")
    assert (answer["IsTruncated"], answer["MaxItems"]) == (False, "3")


def test_the_id_of_a_zone_is_one_that_an_environment_file_may_name(client):
    route53 = client("route53")
    names = [f"z{number}.example" for number in range(5)]
    ids = [route53.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"] for name in names]
    assert all(re.fullmatch(r"/hostedzone/Z[A-Z0-9]{5,31}", id_) for id_ in ids), ids
