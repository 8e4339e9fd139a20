"""The value at a rank of many, without the sorting and the means between two that exact quantiles take."""

import numpy as np

from letters.pictures import Floats


def quantile(values: Floats, share: float) -> float:
    """Return the value of which this share of some values, at least one, is smaller."""
    flat = values.ravel()
    rank = min(int(share * flat.size), flat.size - 1)
    return float(np.partition(flat, rank)[rank])


def median(values: Floats) -> float:
    """Return the value of which half of some values, at least one, are smaller."""
    return quantile(values, 0.5)
