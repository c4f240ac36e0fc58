"""Web services of every strategy in one stack, applied with real Terraform on an embedded AWS in this process.

Load balancer, network and cluster are created outside Terraform: the provider waits a minute for each load balancer.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from cdktf import App, TerraformOutput, TerraformStack
from pydantic_core import to_jsonable_python

from config import Environment, load
from layers.addresses import readable
from layers.context import ServiceContext
from layers.outputs import DataOutputs, NetworkOutputs
from layers.provider import add_provider, extra_files
from layers.reachability import roles
from layers.web import web_service
from modules.alb import LoadBalancerOutputs
from modules.ecs import ClusterOutputs
from tests.support.documents import ROOT
from tests.support.keys import make_key
from tests.support.provider import attached_provider, refuse_several_configurations

ACCOUNT = "123456789012"
REGION = "eu-west-1"
TERRAFORM_TIMEOUT_SECONDS = 240


def environment(endpoint_url: str, services: Mapping[str, Any]) -> Environment:
    """The local environment with other services in it."""
    data = to_jsonable_python(load("local", ROOT))
    data["aws"]["endpoint_url"] = endpoint_url
    data["load_balancer"]["https"] = False
    data["dns"] = None
    data["services"] = dict(services)
    return Environment.model_validate_json(json.dumps(data))


def service(strategy: str, **settings: Any) -> dict[str, Any]:
    """A service of the environment file, small and without database or cache."""
    image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/windlass-local/web:1"
    own: dict[str, dict[str, Any]] = {
        "blue-green": {"blue": {"image": image}, "green": {"image": image}},
        "rolling": {"image": image},
        "codedeploy": {"image": image, "test_listener": {"port": 8443, "allowed_cidrs": ["10.0.0.0/8"]}},
    }
    return {"strategy": strategy, "uses_database": False, **own[strategy], **settings}


@dataclass(frozen=True, kw_only=True)
class Infrastructure:
    """Replaces the layers above; created through the AWS API."""

    endpoint_url: str
    vpc_id: str
    subnet_ids: tuple[str, ...]
    security_group_id: str
    load_balancer_arn: str
    listener_arn: str
    cluster_arn: str
    kms_key_arn: str

    def client(self, name: str) -> Any:
        """A client of the AWS API, for changes outside Terraform."""
        return _client(self.endpoint_url, name)

    def context(self, environment: Environment) -> ServiceContext:
        """What a web service of the environment is given."""
        zones = dict(zip(environment.network.zones, self.subnet_ids, strict=True))
        return ServiceContext(
            environment=environment,
            network=NetworkOutputs(
                vpc_id=self.vpc_id,
                public_subnet_ids=zones,
                private_subnet_ids=zones,
                isolated_subnet_ids=zones,
                security_group_ids=dict.fromkeys(roles(environment), self.security_group_id),
                namespace_id="ns-1",
                namespace_name="windlass.local",
                kms_key_arn=self.kms_key_arn,
            ),
            data=DataOutputs(
                database_url_secret_arn="unused",
                repository_arns={
                    name: f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{name}" for name in environment.services
                },
            ),
            load_balancer=LoadBalancerOutputs(
                arn=self.load_balancer_arn,
                arn_suffix=self.load_balancer_arn.partition("loadbalancer/")[2],
                dns_name="lb.example.com",
                zone_id="Z1",
                listener_arn=self.listener_arn,
                url_scheme="http",
                port=80,
            ),
            cluster=ClusterOutputs(
                arn=self.cluster_arn,
                name=self.cluster_arn.rpartition("/")[2],
                execute_command_log_group_arn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/execute-command",
            ),
            alarm_topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms",
        )


def make_infrastructure(endpoint_url: str, name: str) -> Infrastructure:
    """Make a VPC, a load balancer with a listener, and a cluster."""
    ec2, elb, ecs = (_client(endpoint_url, service) for service in ("ec2", "elbv2", "ecs"))
    vpc_id = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    # As the networking module does; without it moto cannot run a task in the VPC.
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.7.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for n, zone in enumerate("ab")
    ]
    ids = tuple(subnet["Subnet"]["SubnetId"] for subnet in subnets)
    group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id)["GroupId"]
    balancer = elb.create_load_balancer(Name=name, Subnets=list(ids))["LoadBalancers"][0]["LoadBalancerArn"]
    nothing = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=nothing)
    cluster = ecs.create_cluster(clusterName=name)["cluster"]["clusterArn"]
    return Infrastructure(
        endpoint_url=endpoint_url,
        vpc_id=vpc_id,
        subnet_ids=ids,
        security_group_id=group,
        load_balancer_arn=balancer,
        listener_arn=listener["Listeners"][0]["ListenerArn"],
        cluster_arn=cluster,
        kms_key_arn=make_key(_client(endpoint_url, "kms"), account=ACCOUNT, region=REGION),
    )


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """Terraform on one stack of web services."""

    folder: Path
    base: Infrastructure
    variables: Mapping[str, str] = field(
        default_factory=lambda: {**os.environ, "TF_IN_AUTOMATION": "1", "NO_COLOR": "1", "TF_CLI_ARGS": "-no-color"}
    )

    @contextmanager
    def with_provider(self) -> Iterator[Self]:
        """The same with one provider for all commands, which end before; `init` has been run."""
        with attached_provider(self.folder, self.variables) as variables:
            yield replace(self, variables=variables)

    def write(self, services: Mapping[str, Any]) -> None:
        """Write the stack with these services."""
        wanted = environment(self.base.endpoint_url, services)
        self.put(wanted, _document(wanted, self.base, self.folder / "synth"))

    def put(self, wanted: Environment, document: dict[str, Any]) -> None:
        """Write a document of the environment, and the files that it needs, to the folder where Terraform runs."""
        for name, text in {"cdk.tf.json": json.dumps(document, indent=2), **extra_files(wanted)}.items():
            (self.folder / name).write_text(text)
        refuse_several_configurations(self.folder)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Terraform."""
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=TERRAFORM_TIMEOUT_SECONDS,
        )

    def apply(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Apply without asking."""
        return self.run("apply", "-auto-approve", "-input=false", *options)

    def plan(self) -> subprocess.CompletedProcess[str]:
        """Plan; exit code 2 if there are changes, otherwise 0."""
        return self.run("plan", "-detailed-exitcode", "-input=false", "-out=plan")

    def plan_json(self) -> dict[str, Any]:
        """The plan that `plan` made, as JSON."""
        shown = self.run("show", "-json", "plan")
        assert shown.returncode == 0, shown.stderr
        return dict(json.loads(shown.stdout))


def _document(environment: Environment, base: Infrastructure, folder: Path) -> dict[str, Any]:
    app = App(outdir=str(folder), stack_traces=False, skip_backend_validation=True)
    stack = TerraformStack(app, "local-service")
    add_provider(stack, environment, "service")
    context = base.context(environment)
    services = {
        name: asdict(web_service(stack, name, settings, context)) for name, settings in environment.services.items()
    }
    TerraformOutput(stack, "services", value=services)
    TerraformOutput(stack, "cluster_name", value=base.cluster_arn.rpartition("/")[2])
    app.synth()
    document = readable(json.loads((folder / "stacks" / "local-service" / "cdk.tf.json").read_text()))
    # cdktf's own would put the state into the folder that the tests are run from.
    del document["terraform"]["backend"]
    return document


def _client(endpoint_url: str, name: str) -> Any:
    return boto3.client(
        name,  # type: ignore[call-overload]
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"max_attempts": 1}, proxies={}),
    )
