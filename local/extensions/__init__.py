"""Extensions of moto for what the AWS provider 5.100.0 needs, one small module per AWS service.

Importing a module patches moto; its docstring describes the symptom that made it necessary. A module is imported with
the first request to its service: importing all of them takes 2 s, and starting without them less than 1 s.
"""

from importlib import import_module

from local.in_use import guard

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
    "logs": "local.extensions.logs",
    "route53": "local.extensions.route53",
    "s3": "local.extensions.s3",
    "scheduler": "local.extensions.scheduler",
    "secretsmanager": "local.extensions.secretsmanager",
    "servicediscovery": "local.extensions.servicediscovery",
}
"""moto's name of a service → module that extends it. Other services have only what all have in common."""

COMMON = ("local.extensions.omitted_members", "local.extensions.access_keys")
"""Modules that every service needs: answers omit members without a value, requests ask whose key signed them."""


def extend(service: str) -> None:
    """Load the extension of a service, its guard of what is in use, and what all have in common.

    Further calls do nothing.
    """
    for module in COMMON:
        import_module(module)
    if service in EXTENDED_SERVICES:
        import_module(EXTENDED_SERVICES[service])
    guard(service)
