"""Numbers as text for the eye: percentages, a few digits, powers of ten; a minus sign is −, not a hyphen."""

import math

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def percent(p: float) -> str:
    """A probability: 37 %, 4.2 %, 0.1 %, and never a false 0 % or 100 %."""
    if p == 0:
        return "0 %"
    if p < 0.001:
        return "< 0.1 %"
    if p < 0.0995:
        return f"{100 * p:.1f} %"
    if p < 0.995:
        return f"{100 * p:.0f} %"
    return "100 %" if p == 1 else "> 99 %"


def three_digits(x: float) -> str:
    """Three significant digits, or all those before the point: 2, −0.762, 12,346, 1.2e−7."""
    if x == 0:
        return "0"
    if 1e-3 <= abs(x) < 999.5:
        text = f"{x:.3g}"
    elif 999 < abs(x) < 1e6:
        text = f"{x:,.0f}"
    else:
        text = f"{x:.1e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return text.replace("-", "−")


def fixed_places(value: float | bool, places: int = 2) -> str:
    """So many places after the point, none where the number is whole; ✓ and · for True and False, NaN, −∞."""
    if isinstance(value, bool):
        return "✓" if value else "·"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if abs(value - round(value)) < 5e-7:
        return str(round(value)).replace("-", "−")
    text = f"{value:.{places}f}"
    return (text if float(text) else text.lstrip("-")).replace("-", "−")  # no −0.00


def power_of_ten(x: float) -> str:
    """A positive number of any size as a short label: 0.31, 41, 2·10⁻⁷."""
    if x == 0:
        return "0"
    exponent = math.floor(math.log10(x))
    if -2 <= exponent <= 2:
        return f"{x:.2g}"
    return f"{x / 10**exponent:.0f}·10{str(exponent).translate(SUPERSCRIPT)}"


def with_unit(n: float) -> str:
    """A count in thousands, millions or billions: 1.33 M, 11.9 M, 175 B."""
    for unit, name in UNITS:
        if n >= unit:
            return f"{n / unit:.3g} {name}"
    return str(n)
