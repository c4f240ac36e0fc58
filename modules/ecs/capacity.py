"""The capacity providers Fargate and Fargate Spot."""

from dataclasses import dataclass
from math import gcd

from cdktf_cdktf_provider_aws.ecs_service import EcsServiceCapacityProviderStrategy


@dataclass(frozen=True, kw_only=True)
class CapacityInputs:
    """Shares of Fargate and Fargate Spot. Spot costs about a third, and AWS can reclaim it with two minutes' notice."""

    spot_percent: int = 0
    """Share of Spot among the tasks above `on_demand_base`, 0 to 100. Default: none."""

    on_demand_base: int = 0
    """Tasks that run on demand before Spot gets a share. Default: none."""

    def __post_init__(self) -> None:
        """Refuse impossible values."""
        if not 0 <= self.spot_percent <= 100:
            raise ValueError(f"spot_percent is {self.spot_percent}; allowed are 0 to 100")
        if not 0 <= self.on_demand_base <= 100000:
            raise ValueError(f"on_demand_base is {self.on_demand_base}; allowed are 0 to 100000")


def capacity_provider_strategy(capacity: CapacityInputs) -> list[EcsServiceCapacityProviderStrategy]:
    """Return the strategy of a service that has this share of Spot."""
    spot, on_demand = capacity.spot_percent, 100 - capacity.spot_percent
    unit = gcd(spot, on_demand)
    strategy = []
    if on_demand or capacity.on_demand_base:
        base = capacity.on_demand_base if spot else 0
        strategy.append(
            EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE", base=base, weight=on_demand // unit)
        )
    if spot:
        strategy.append(
            EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE_SPOT", base=0, weight=spot // unit)
        )
    return strategy
