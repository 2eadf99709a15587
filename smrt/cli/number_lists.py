"""Numbers, and lists of them, in the values of options."""

from smrt.errors import UsageError


def positive_integer(text: str, flag: str, *, minimum: int = 1) -> int:
    """A whole number from `minimum` on. Raises UsageError."""
    if not (text.isdecimal() and text.isascii()) or int(text) < minimum:
        raise UsageError(f"argument {flag}: {text!r} is not a whole number from {minimum} on")
    return int(text)


def positive_number(text: str, flag: str, *, can_be_zero: bool = False) -> float:
    """A number above zero, or zero where that is possible. Raises UsageError."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not (0 < number < float("inf") or (can_be_zero and number == 0)):
        least = "0 or more" if can_be_zero else "more than 0"
        raise UsageError(f"argument {flag}: {text!r} is not a number of {least}")
    return number


def integer_list(text: str, flag: str) -> list[int]:
    """Whole numbers between commas. Raises UsageError."""
    return [positive_integer(each, flag) for each in text.split(",")]


def number_list(text: str, flag: str) -> list[float]:
    """Numbers between commas. Raises UsageError."""
    return [positive_number(each, flag) for each in text.split(",")]
