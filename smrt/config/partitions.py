"""AWS's partitions: regions and the DNS suffixes of their endpoints."""

from collections.abc import Mapping
from typing import Any

from smrt.errors import ConfigurationError


def partitions() -> Mapping[str, Any]:
    """Botocore's partition data, read without importing botocore."""
    import json

    with open(_botocore_folder() + "/data/partitions.json", "rb") as file:
        data: Mapping[str, Any] = json.load(file)
    return data


def _botocore_folder() -> str:
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        from .installation import BOTOCORE, install_command

        raise ConfigurationError("botocore is not installed", install_command(BOTOCORE))
    return next(iter(spec.submodule_search_locations))
