def test_a_certificate_is_issued_once_its_validation_record_exists(client):
    acm, route53 = client("acm"), client("route53")
    arn = acm.request_certificate(
        DomainName="acm.example", SubjectAlternativeNames=["*.acm.example"], ValidationMethod="DNS"
    )["CertificateArn"]
    pending = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert pending["Status"] == "PENDING_VALIDATION"

    zone_id = route53.create_hosted_zone(Name="acm.example", CallerReference="acm")["HostedZone"]["Id"]
    record = pending["DomainValidationOptions"][0]["ResourceRecord"]
    change = {"Name": record["Name"], "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": record["Value"]}]}
    route53.change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": change}]}
    )

    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


def test_a_record_of_another_value_validates_nothing(client):
    acm, route53 = client("acm"), client("route53")
    arn = acm.request_certificate(DomainName="other.example", ValidationMethod="DNS")["CertificateArn"]
    option = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"][0]
    zone_id = route53.create_hosted_zone(Name="other.example", CallerReference="other")["HostedZone"]["Id"]
    wrong = {
        "Name": option["ResourceRecord"]["Name"],
        "Type": "CNAME",
        "TTL": 60,
        "ResourceRecords": [{"Value": "wrong.example."}],
    }
    route53.change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": wrong}]}
    )

    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "PENDING_VALIDATION"
