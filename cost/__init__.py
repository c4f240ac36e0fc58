"""What an environment costs a month, estimated from its finished JSON before anything is built (P06)."""

from cost.estimate import Estimate, estimate
from cost.lines import Line
from cost.prices import Prices, PricesError, prices_of

__all__ = ["Estimate", "Line", "Prices", "PricesError", "estimate", "prices_of"]
