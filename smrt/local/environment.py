"""The variables that lead an AWS client to the local endpoint."""

from collections.abc import Mapping

from .refusal import REGION
from .signature import CREDENTIALS

LOOPBACK = ("127.0.0.1", "localhost")
_HINDRANCES = (
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)
"""With these a client passes the configured endpoint over, or refuses it."""
_IDENTITY = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")


def variables(
    url: str, environ: Mapping[str, str], storage_url: str | None = None
) -> dict[str, str]:
    """What to set beside `environ`: region and credentials only where the user has none.

    `storage_url` leads to an S3 on this machine, where there is one.
    """
    added = {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": url}
    if storage_url is not None:
        added["AWS_ENDPOINT_URL_S3"] = storage_url
    added |= {name: "false" for name in _HINDRANCES if environ.get(name, "").lower() == "true"}
    if not environ.get("AWS_DEFAULT_REGION"):  # boto3 does not read AWS_REGION
        added["AWS_DEFAULT_REGION"] = environ.get("AWS_REGION") or REGION
    if not any(environ.get(name) for name in _IDENTITY):
        added["AWS_ACCESS_KEY_ID"] = CREDENTIALS.access_key
        added["AWS_SECRET_ACCESS_KEY"] = CREDENTIALS.secret_key
    added["AWS_EC2_METADATA_DISABLED"] = "true"
    return {**added, **_no_proxy(environ)}


def _no_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """Both spellings, as some clients read the one and some the other."""
    lower, upper = environ.get("no_proxy"), environ.get("NO_PROXY")
    return {"no_proxy": _with_loopback(lower or upper), "NO_PROXY": _with_loopback(upper or lower)}


def _with_loopback(hosts: str | None) -> str:
    listed = [host.strip() for host in (hosts or "").split(",") if host.strip()]
    return ",".join((*listed, *(host for host in LOOPBACK if host not in listed)))
