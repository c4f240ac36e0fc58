import pytest


@pytest.fixture(scope="module")
def groups(client):
    ec2 = client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    return [ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id)["GroupId"] for name in ("a", "b")]


@pytest.mark.parametrize(
    ("key", "other_side"),
    [
        ("UserIdGroupPairs", {"GroupId": "the other group"}),
        ("PrefixListIds", {"PrefixListId": "S3's prefix list"}),
        ("IpRanges", {"CidrIp": "10.0.0.0/8"}),
    ],
)
def test_a_rule_keeps_its_description_whatever_its_other_side(client, groups, key, other_side):
    ec2 = client("ec2")
    prefix_lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    names = {"the other group": groups[1], "S3's prefix list": prefix_lists[0]["PrefixListId"]}
    target = {name: names.get(value, value) for name, value in other_side.items()}
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, key: [{**target, "Description": f"why {key}"}]}

    created = ec2.authorize_security_group_egress(GroupId=groups[0], IpPermissions=[permission])["SecurityGroupRules"]
    rule_id = created[0]["SecurityGroupRuleId"]

    def description() -> str:
        rules = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"]
        return str(rules[0]["Description"])

    assert created[0]["Description"] == f"why {key}"
    assert description() == f"why {key}"

    change = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Description": "changed"}
    reference = {"GroupId": "ReferencedGroupId", "PrefixListId": "PrefixListId", "CidrIp": "CidrIpv4"}
    change |= {reference[name]: value for name, value in target.items()}
    ec2.modify_security_group_rules(
        GroupId=groups[0], SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": change}]
    )

    assert description() == "changed"


def test_the_peer_of_a_rule_can_be_changed(client, groups):
    ec2 = client("ec2")
    pair = {"GroupId": groups[0], "Description": "self"}
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [pair]}
    rule = ec2.authorize_security_group_ingress(GroupId=groups[0], IpPermissions=[permission])["SecurityGroupRules"][0]

    change = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "ReferencedGroupId": groups[1], "Description": "b"}
    ec2.modify_security_group_rules(
        GroupId=groups[0],
        SecurityGroupRules=[{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": change}],
    )

    rules = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])["SecurityGroupRules"]
    assert (rules[0]["ReferencedGroupInfo"]["GroupId"], rules[0]["Description"]) == (groups[1], "b")
