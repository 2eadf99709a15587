"""The environment variables that point AWS clients to the local endpoint."""

from collections.abc import Mapping

from .api_errors import REGION
from .signature import CREDENTIALS

LOOPBACK = ("127.0.0.1", "localhost")
STORAGE_WARNING = (
    "AWS_ENDPOINT_URL_S3 points every AWS client that has it to the local S3, whose objects are "
    "lost when the server ends"
)
_CONFLICTS = (
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)
"""With these, a client ignores the configured endpoint URL, or rejects it."""
_CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
)


def variables(
    url: str, environ: Mapping[str, str], storage_url: str | None = None
) -> dict[str, str]:
    """The variables to add to `environ`; region and credentials only if it has none.

    `storage_url` is the endpoint URL of the local S3, if there is one.
    """
    added = {
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": url,
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2": url,
    }
    if storage_url is not None:
        added["AWS_ENDPOINT_URL_S3"] = storage_url
    added |= {name: "false" for name in _CONFLICTS if environ.get(name, "").lower() == "true"}
    if not environ.get("AWS_DEFAULT_REGION"):  # boto3 does not read AWS_REGION
        added["AWS_DEFAULT_REGION"] = environ.get("AWS_REGION") or REGION
    if not any(environ.get(name) for name in _CREDENTIAL_VARIABLES):
        added["AWS_ACCESS_KEY_ID"] = CREDENTIALS.access_key
        added["AWS_SECRET_ACCESS_KEY"] = CREDENTIALS.secret_key
    added["AWS_EC2_METADATA_DISABLED"] = "true"
    return {**added, **_no_proxy(environ)}


def _no_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """Both spellings, as some clients read one and some the other."""
    lower, upper = environ.get("no_proxy"), environ.get("NO_PROXY")
    return {"no_proxy": _with_loopback(lower or upper), "NO_PROXY": _with_loopback(upper or lower)}


def _with_loopback(hosts: str | None) -> str:
    names = [host.strip() for host in (hosts or "").split(",") if host.strip()]
    return ",".join((*names, *(host for host in LOOPBACK if host not in names)))
