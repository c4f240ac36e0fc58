"""Extensions of moto for what the AWS provider 5.100.0 needs, one small module per AWS service.

Importing a module patches moto; its docstring describes the symptom that made it necessary. A module is imported with
the first request to its service: importing all of them takes 2 s, and starting without them less than 1 s.
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
    "secretsmanager": "local.extensions.secretsmanager",
    "servicediscovery": "local.extensions.servicediscovery",
}
"""moto's name of a service → module that extends it. Other services are used unmodified."""


def extend(service: str) -> None:
    """Load the extension of a service, if there is one. Further calls do nothing."""
    if service in EXTENDED_SERVICES:
        import_module(EXTENDED_SERVICES[service])
