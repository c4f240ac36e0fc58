import json
from urllib.request import ProxyHandler, Request, build_opener

from tests.local.strict.requests import signature


def answer_of(endpoint_url, service, target, parameters):
    """The body of an answer in JSON, as it is sent."""
    headers = {
        "X-Amz-Target": target,
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": signature(service),
    }
    request = Request(endpoint_url, data=json.dumps(parameters).encode(), headers=headers, method="POST")
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        return answer.read().decode()


def test_members_without_a_value_are_left_out(client, endpoint_url):
    secrets = client("secretsmanager")
    secrets.create_secret(Name="null", SecretString="null")
    body = answer_of(endpoint_url, "secretsmanager", "secretsmanager.DescribeSecret", {"SecretId": "null"})
    assert json.loads(body)["Name"] == "null"
    assert None not in json.loads(body).values()


def test_values_that_contain_the_word_stay(client):
    secrets = client("secretsmanager")
    text = json.dumps({"password": None, "list": [None]})
    secrets.create_secret(Name="with-null", SecretString=text)
    assert secrets.get_secret_value(SecretId="with-null")["SecretString"] == text


def test_objects_of_s3_stay_as_they_are(client):
    s3 = client("s3")
    s3.create_bucket(Bucket="null-state", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    state = b'{"outputs": {"a": null}}'
    s3.put_object(Bucket="null-state", Key="terraform.tfstate", Body=state, ContentType="application/json")
    assert s3.get_object(Bucket="null-state", Key="terraform.tfstate")["Body"].read() == state
