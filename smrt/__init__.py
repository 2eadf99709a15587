"""Call Amazon SageMaker endpoints: `smrt.Client` here, the `smrt` command in a shell."""

import sys

if sys.argv and sys.argv[0].rpartition("/")[2] in ("smrt", "-m"):
    # The command is starting: until it handles Ctrl-C itself, Ctrl-C ends it without a traceback.
    import _signal  # type: ignore[import-not-found]  # importing signal takes a while

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smrt.batching.python_interface import batch
    from smrt.client.boto3_client import Client
    from smrt.errors import ServiceError, SmrtError

__version__ = "0.2.0"
__all__ = ["Client", "ServiceError", "SmrtError", "__version__", "batch"]

_HOMES = {
    "Client": "client.boto3_client",
    "ServiceError": "errors",
    "SmrtError": "errors",
    "batch": "batching.python_interface",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command pays for none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
