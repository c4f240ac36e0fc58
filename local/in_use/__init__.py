"""What AWS does not delete while something uses it, one module per AWS service.

Symptom: a destroy, or a change that replaces something, works here and stops at "in use" on AWS, since moto deletes
what is used without asking. Each module refuses with AWS's code and words, before anything is changed. Who uses a
network is one question for all services (`interfaces.py`). Sources are in docs/aws-proof.md.
"""

from importlib import import_module

SERVICES = {
    "acm": "local.in_use.acm",
    "ec2": "local.in_use.ec2",
    "ecs": "local.in_use.ecs",
    "elasticache": "local.in_use.elasticache",
    "elb": "local.in_use.elbv2",
    "elbv2": "local.in_use.elbv2",
    "iam": "local.in_use.iam",
    "kms": "local.in_use.kms",
    "rds": "local.in_use.rds",
    "route53": "local.in_use.route53",
    "secretsmanager": "local.in_use.secretsmanager",
    "servicediscovery": "local.in_use.servicediscovery",
    "wafv2": "local.in_use.wafv2",
}
"""moto's name of a service → module that guards what it holds. Requests of `elbv2` arrive as `elb`."""


def guard(service: str) -> None:
    """Load the module of a service, if there is one. Further calls do nothing."""
    if service in SERVICES:
        import_module(SERVICES[service])
