"""Estimates the monthly cost of an environment from its generated JSON, before anything is created (P06)."""

from cost.estimate import Estimate, estimate
from cost.lines import Line
from cost.prices import Prices, PricesError, prices_of

__all__ = ["Estimate", "Line", "Prices", "PricesError", "estimate", "prices_of"]
