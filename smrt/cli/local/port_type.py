"""The type of --port."""

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
