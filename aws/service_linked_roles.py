"""AWS services that make a role of their own when an account first uses them, with the permissions of their caller.

Sources: IAM User Guide, "Create a service-linked role"; in the guide of each service, "Using service-linked roles".
"""

from collections.abc import Mapping

SERVICE_LINKED_ROLES: Mapping[str, str] = {
    "ecr.amazonaws.com": "ECR's repository creation templates",
    "ecs.amazonaws.com": "ECS",
    "ecs.application-autoscaling.amazonaws.com": "Application Auto Scaling for ECS",
    "elasticache.amazonaws.com": "ElastiCache",
    "elasticfilesystem.amazonaws.com": "EFS",
    "elasticloadbalancing.amazonaws.com": "Elastic Load Balancing",
    "pullthroughcache.ecr.amazonaws.com": "ECR's pull-through cache",
    "rds.amazonaws.com": "RDS",
    "wafv2.amazonaws.com": "AWS WAF's logs",
}
"""What an environment may use: value of `iam:AWSServiceName` → the service's name for people."""
