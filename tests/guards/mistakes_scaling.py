"""Mistakes in Application Auto Scaling."""

from tests.guards.mistakes import Mistake, edit

MISTAKES = (
    Mistake(
        "desired_counts_are_inside_their_limits",
        "an idle colour that its minimum wakes",
        edit("service", "aws_appautoscaling_target", "web_green", min_capacity=3),
    ),
    Mistake(
        "desired_counts_are_inside_their_limits",
        "more tasks than the maximum",
        edit("service", "aws_appautoscaling_target", "web_blue", max_capacity=1),
    ),
)
