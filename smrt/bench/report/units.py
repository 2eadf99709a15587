"""Figures as text: milliseconds, rates, sizes."""

from smrt.bench.figures.percentiles import Percentile

ABSENT = "-"
_PRECISE, _COARSE = 10, 1000


def milliseconds(seconds: float | None) -> str:
    """A time in milliseconds, with the digits that mean something."""
    if seconds is None:
        return ABSENT
    value = seconds * 1000
    digits = 2 if value < _PRECISE else 1 if value < _COARSE else 0
    return f"{value:,.{digits}f}"


def marked(figure: Percentile) -> str:
    """A percentile in milliseconds; ~ marks one that few samples stand behind."""
    return ("~" if figure.is_uncertain else "") + milliseconds(figure.value)


def rate(per_second: float | None) -> str:
    """A number per second."""
    if per_second is None:
        return ABSENT
    return f"{per_second:,.1f}" if per_second < _COARSE else f"{per_second:,.0f}"


def percentage(share: float) -> str:
    """A share in percent."""
    return f"{share:.2%}" if 0 < share < 0.1 else f"{share:.1%}"  # noqa: PLR2004 - digits
