"""What moto lacks for the AWS provider 5.100.0, one small module per AWS service.

Importing a module changes moto; its docstring names the symptom that made it necessary. A service is imported when its
first request arrives: importing all of them takes 2 seconds, starting without them less than 1.
"""

from importlib import import_module

EXTENDED_SERVICES = {
    "acm": "local.extensions.acm",
    "applicationautoscaling": "local.extensions.applicationautoscaling",
    "cloudformation": "local.extensions.cloudformation",
    "cloudwatch": "local.extensions.cloudwatch",
    "codedeploy": "local.extensions.codedeploy_deployments",
    "ec2": "local.extensions.ec2",
    "ecr": "local.extensions.ecr",
    "ecs": "local.extensions.dataplane_ecs",
    "efs": "local.extensions.efs",
    "elb": "local.extensions.dataplane_elbv2",
    "elbv2": "local.extensions.dataplane_elbv2",
    "elasticache": "local.extensions.elasticache",
    "rds": "local.extensions.rds",
    "route53": "local.extensions.route53",
    "s3": "local.extensions.s3",
}
"""moto's name of a service → the module that extends it. Other services work as moto ships them."""


def extend(service: str) -> None:
    """Load the extension of a service, if there is one. A second call does nothing."""
    if service in EXTENDED_SERVICES:
        import_module(EXTENDED_SERVICES[service])
