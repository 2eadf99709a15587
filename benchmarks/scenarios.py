"""The scenarios: a command line for each peer, with {names} of tools and paths.

A peer that does not support a scenario, or is not installed, is skipped. smrt and aws accept the
same command line.
"""

from typing import NamedTuple

CLICK = {"import click": "{python} -c 'import click'"}
NAMES = "--endpoint-name {endpoint} --content-type application/json --endpoint-url {url}"
BODY = "--body fileb://small.json"
SHAPE = "--output table --query '{{Type: ContentType, Variant: InvokedProductionVariant}}'"
STREAMING = "invoke-endpoint-with-response-stream"
TARGET = "{url}/endpoints/{endpoint}/invocations"
_CURL = (
    "{curl} -sSf --cacert ca.pem --aws-sigv4 aws:amz:us-east-1:sagemaker -u {credentials} "
    "-H 'Content-Type: application/json'"
)
_AWSCURL = (
    "{awscurl} --service sagemaker --region us-east-1 -X POST -H 'Content-Type: application/json'"
)


class Scenario(NamedTuple):
    """Command lines by peer; `weight` is how many times longer than a small call a run may take.

    `figure` is the field of Run to compare. `needs` is a command or file of the clone without which
    the scenario is skipped.
    """

    name: str
    title: str
    lines: dict[str, str]
    endpoint: str = "small"
    scheme: str = "http"
    home: str = ""
    figure: str = "wall"
    weight: int = 1
    needs: str = ""


def _aws(line: str) -> dict[str, str]:
    return {
        "smrt": "{smrt} " + line,
        "aws v1": "{aws1} sagemaker-runtime " + line,
        "aws v2": "{aws2} sagemaker-runtime " + line,
    }


def _boto3(body: str = "small.json") -> dict[str, str]:
    return {"boto3": "{python} boto3_call.py {url} {endpoint} " + body}


def _curl(body: str = "small.json") -> dict[str, str]:
    return {"curl": f"{_CURL} --data-binary @{body} -o out {TARGET}"}


_CALL = (
    _aws(f"invoke-endpoint {NAMES} {BODY} out")
    | _boto3()
    | {"awscurl": f"{_AWSCURL} -d @small.json {TARGET}"}
)
_STREAM = (
    {"smrt": "{smrt} " + f"{STREAMING} {NAMES} {BODY} -"}
    | _boto3()
    | {"curl, not decoded": f"{_CURL} -N --data-binary @small.json {TARGET}-response-stream"}
)

SCENARIOS = (
    Scenario("http", "one call of 1 KB over HTTP", _CALL | _curl() | CLICK),
    Scenario("https", "one call of 1 KB over HTTPS", _CALL | _curl(), scheme="https"),
    Scenario(
        "profile", "one call of 1 KB with the credentials of a profile", _CALL, home="profile"
    ),
    Scenario(
        "table",
        "one call with --output table --query",
        _aws(f"invoke-endpoint {NAMES} {BODY} {SHAPE} out"),
    ),
    Scenario(
        "async",
        "one asynchronous call",
        _aws(f"invoke-endpoint-async {NAMES} --input-location s3://bucket/in.json") | _boto3(),
        endpoint="queue",
    ),
    Scenario(
        "up",
        "25 MB up",
        _aws(f"invoke-endpoint {NAMES} --body fileb://large.bin out")
        | _boto3("large.bin")
        | _curl("large.bin"),
        weight=3,
    ),
    Scenario(
        "down",
        "100 MB down",
        _aws(f"invoke-endpoint {NAMES} {BODY} out") | _boto3() | _curl(),
        endpoint="large",
        weight=3,
    ),
    Scenario(
        "first",
        "the first event of a stream, to standard output",
        _STREAM,
        endpoint="paced",
        figure="first",
        weight=3,
        needs=STREAMING,
    ),
    Scenario(
        "events",
        "a stream of 20 MB in events of 1 KB",
        _STREAM,
        endpoint="events",
        weight=4,
        needs=STREAMING,
    ),
    Scenario(
        "version",
        "--version",
        {
            "smrt": "{smrt} --version",
            "aws v1": "{aws1} --version",
            "aws v2": "{aws2} --version",
            "curl": "{curl} --version",
            **CLICK,
        },
    ),
    Scenario(
        "help",
        "a command's --help",
        {
            "smrt": "{smrt} invoke-endpoint --help",
            "aws v1": "{aws1} sagemaker-runtime invoke-endpoint help",
            "aws v2": "{aws2} sagemaker-runtime invoke-endpoint help",
            "awscurl": "{awscurl} --help",
            "curl": "{curl} --help all",
        },
    ),
    Scenario(
        "tab",
        "a TAB for options in bash",
        {
            "smrt": "{bash} tab.bash {clone}/completions/smrt.bash",
            "aws v1": "{aws1}_completer",
            **CLICK,
        },
        needs="completions/smrt.bash",
    ),
)
