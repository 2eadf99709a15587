"""The types of options with numbers."""

from collections.abc import Callable

from smrt.errors import UsageError

LARGEST_PORT = 65535


def port_number(text: str | int) -> int:
    """The port in `text`. Raises UsageError."""
    from smrt.protocol.parameters import integer

    number = integer(str(text), "--port")
    if not 0 <= number <= LARGEST_PORT:
        raise UsageError(
            f"argument --port: {number} is not a port",
            f"use a whole number from 0 to {LARGEST_PORT}",
        )
    return number


def number_type(flag: str, *, maximum: float = float("inf")) -> Callable[[str], float]:
    """The type of an option with a number from 0 on."""

    def convert(text: str) -> float:
        from smrt.cli.number_lists import positive_number

        number = positive_number(text, flag, can_be_zero=True)
        if number > maximum:
            raise UsageError(f"argument {flag}: {text} is more than {maximum:g}")
        return number

    return convert
