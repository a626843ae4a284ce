"""Power laws fitted to measurements: how fast something grows with a size."""

import math
import statistics
from collections.abc import Iterable


def log_slope(xs: Iterable[float], ys: Iterable[float]) -> float:
    """The exponent a of y = c·x^a, by least squares on logarithms.

    1 = twice the x, twice the y; 2 = four times; 0 = the same.
    """
    return statistics.linear_regression([math.log(x) for x in xs], [math.log(y) for y in ys]).slope
