"""`smrt local`: serves models locally behind the SageMaker Runtime API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING

import click

from smrt.cli.local.foreground import TLS_NOTE
from smrt.cli.local.local_check import check_command
from smrt.cli.local.local_env import env
from smrt.cli.local.local_status import status
from smrt.cli.local.local_stop import stop
from smrt.cli.local.model_watching import Watching, watching_options
from smrt.cli.local.number_types import number_type, port_number
from smrt.cli.local.with_command import WithCommand
from smrt.cli.plain_command import Command, Group
from smrt.errors import CommandError, ExitCode, MissingCommandError, UsageError
from smrt.output.console import App

if TYPE_CHECKING:
    from smrt.local.rehearsal import RehearsalOptions
    from smrt.local.service import Service
    from smrt.local.streams.tls_certificate import Tls

DEFAULT_PORT = 8808
_ARGUMENTS = "smrt.local.arguments"


class _Detachable(Command):
    """A command that can run in the background, with the same arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_ARGUMENTS] = tuple(word for word in args if word != "--detach")
        return super().parse_args(ctx, args)


_GROUP_EXAMPLES = """
Run your tests against a model folder
smrt local run my-endpoint=./model -- python3 test_client.py

Try smrt without an AWS account
smrt local run -- \\
  smrt invoke-endpoint --endpoint-name echo --data hello
"""
_START_EXAMPLES = """
Serve the model in a folder
smrt local start my-endpoint=./model

Put the API in front of a container that runs locally
smrt local start my-endpoint=http://127.0.0.1:8080

Serve a model that you edit, in the background
smrt local start --detach --reload my-endpoint=./model

Serve the endpoint echo on a free port
smrt local start --port 0 echo
"""
_RUN_EXAMPLES = """
Invoke a model folder once
smrt local run my-endpoint=./model -- \\
  smrt invoke-endpoint --endpoint-name my-endpoint --data @input.csv

Run your tests against a model folder
smrt local run my-endpoint=./model -- python3 test_client.py

Invoke asynchronously, with a local S3 (needs the extra local-async)
smrt local run -- \\
  smrt invoke-endpoint-async --endpoint-name echo --data hello --wait
"""

_endpoints = click.argument("endpoints", nargs=-1, metavar="[NAME=FOLDER|URL]...")
_tls = click.option(
    "--tls",
    is_flag=True,
    help="Accept TLS too, which AWS SDKs need for bidirectional streams, with a temporary "
    "certificate.",
)
_BEHAVIOR = (
    click.option(
        "--latency",
        type=number_type("--latency"),
        metavar="MILLISECONDS",
        help="Respond after this time.",
    ),
    click.option(
        "--jitter",
        type=number_type("--jitter"),
        metavar="MILLISECONDS",
        help="Add a random time of up to this to each response.",
    ),
    click.option(
        "--error-rate",
        type=number_type("--error-rate", maximum=100),
        metavar="PERCENT",
        help="Let the model fail in this percentage of calls.",
    ),
    click.option(
        "--throttle-above",
        type=click.IntRange(min=0),
        metavar="COUNT",
        help="Throttle further requests to an endpoint while this many are in flight.",
    ),
    click.option(
        "--tokens-per-second",
        type=number_type("--tokens-per-second"),
        metavar="NUMBER",
        help="Generate responses at this rate: chunks of a stream, words of any other body.",
    ),
)


def _rehearsing(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that make endpoints slow and unreliable; they become `options`."""

    @wraps(function)
    def with_options(*args: object, **kwargs: object) -> int:
        values = [kwargs.pop(name) for name in _NAMES]
        return function(*args, options=_rehearsal_options(*values), **kwargs)  # type: ignore[arg-type]  # click converted them

    decorated: Callable[..., int] = with_options
    for option in reversed(_BEHAVIOR):
        decorated = option(decorated)
    return decorated


_NAMES = ("latency", "jitter", "error_rate", "throttle_above", "tokens_per_second")


def _rehearsal_options(
    latency: float | None,
    jitter: float | None,
    error_rate: float | None,
    throttle_above: int | None,
    tokens_per_second: float | None,
) -> "RehearsalOptions":
    from smrt.local.rehearsal import RehearsalOptions

    return RehearsalOptions(
        (latency or 0) / 1000,
        (jitter or 0) / 1000,
        (error_rate or 0) / 100,
        throttle_above,
        tokens_per_second or None,
    )


@click.group(
    "local", cls=Group, no_args_is_help=False, add_help_option=False, epilog=_GROUP_EXAMPLES
)
def command() -> None:
    """Serve models locally behind the SageMaker Runtime API."""


@command.command("start", cls=_Detachable, add_help_option=False, epilog=_START_EXAMPLES)
@_endpoints
@click.option(
    "--port",
    type=port_number,
    default=DEFAULT_PORT,
    show_default=True,
    metavar="PORT",
    help="Port to listen on; 0 picks a free port.",
)
@_tls
@click.option(
    "--detach", is_flag=True, help="Serve in the background, and return when models are loaded."
)
@_rehearsing
@watching_options
@click.pass_context
def start(
    ctx: click.Context,
    *,
    endpoints: tuple[str, ...],
    port: int,
    tls: bool,
    detach: bool,
    watching: Watching,
    options: "RehearsalOptions",
) -> int:
    """Serve models until Ctrl-C.

    Prints the environment variables that point AWS clients to the local endpoints.

    FOLDER contains an inference.py with the handlers of the SageMaker inference toolkit. URL is the
    URL of a model container that runs locally; its path is that of the health check, by default
    /ping, and its parameter invocations the path of calls, by default /invocations. echo is an
    endpoint that returns the request body, which is also the default.
    """
    from smrt.local.server import Server

    app: App = ctx.obj
    if detach:
        from smrt.cli.local.background import start_in_background

        return start_in_background(app, ctx.meta[_ARGUMENTS])
    from smrt.cli.local.foreground import announced

    with (
        watching.output(),
        _with_queues(_service(app, endpoints, options, watching)) as (
            service,
            storage_url,
        ),
        _with_tls(enabled=tls) as secured,
    ):
        server = Server(service, port, tls=secured and secured.context)
        _report_tls(app, secured, server.url)
        with _until_stopped(), announced(app, server.url, storage_url, service.endpoints):
            server.serve()
    return ExitCode.OK


@command.command("run", cls=WithCommand, add_help_option=False, epilog=_RUN_EXAMPLES)
@_endpoints
@_tls
@_rehearsing
@watching_options
@click.pass_obj
def run(
    app: App,
    *,
    endpoints: tuple[str, ...],
    child_argv: tuple[str, ...],
    tls: bool,
    watching: Watching,
    options: "RehearsalOptions",
) -> int:
    """Serve models while COMMAND runs, and exit with its exit status.

    FOLDER, URL and echo are those of smrt local start.

    COMMAND inherits environment variables that point AWS clients to the local endpoints, such as
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME. If the extra local-async is installed, AWS_ENDPOINT_URL_S3
    points them to a local S3 for asynchronous invocations.
    """
    from smrt.local import child
    from smrt.local.environment import variables
    from smrt.local.server import serving

    if not child_argv:
        raise UsageError(
            "the following arguments are required: COMMAND",
            "usage: smrt local run [NAME=FOLDER|URL]... -- COMMAND",
        )
    with (
        watching.output(),
        _with_queues(_service(app, endpoints, options, watching)) as (
            service,
            storage_url,
        ),
        _with_tls(enabled=tls) as secured,
        serving(service, tls=secured and secured.context) as url,
    ):
        _report_tls(app, secured, url)
        try:
            added = variables(url, app.environ, storage_url)
            return child.run_command(child_argv, {**app.environ, **added})
        except OSError as exc:
            kind = MissingCommandError if isinstance(exc, FileNotFoundError) else CommandError
            raise kind(f"cannot run {child_argv[0]}: {exc.strerror}") from exc


def _service(
    app: App, arguments: tuple[str, ...], options: "RehearsalOptions", watching: Watching
) -> "Service":
    """Load the endpoints."""
    from time import time

    from smrt.local.endpoints import load_endpoints
    from smrt.local.rehearsal import rehearsed
    from smrt.local.service import Service

    loaded = load_endpoints(arguments, app.environ, watching.hosting)
    called = rehearsed({name: each.endpoint for name, each in loaded.items()}, options)
    return Service(
        watching.labelled(called),
        clock=time,
        report_error=app.console.note,
        log=watching.log,
        streams={name: each.stream for name, each in loaded.items()},
    )


@contextmanager
def _with_queues(service: "Service") -> "Iterator[tuple[Service, str | None]]":
    """The service with queues, and the URL of the local S3 if it is installed, else None."""
    from smrt.local.s3 import storage

    if not storage.installed():
        yield service, None
        return
    from smrt.local.asynchronous import Queues

    with storage.running_storage(service.clock) as store:
        queues = Queues(lambda: store.s3, clock=service.clock, report_error=service.report_error)
        yield service._replace(queues=queues), store.url


@contextmanager
def _with_tls(*, enabled: bool) -> "Iterator[Tls | None]":
    """TLS with a temporary certificate, if it is enabled."""
    if not enabled:
        yield None
        return
    from shutil import which

    from smrt.local.streams.tls_certificate import temporary_tls

    with temporary_tls(which("openssl")) as secured:
        yield secured


def _report_tls(app: App, secured: "Tls | None", url: str) -> None:
    """Print the URL for TLS, and what a client has to trust."""
    if secured is not None:
        port = url.rpartition(":")[2]
        app.console.note(
            f"{TLS_NOTE}https://localhost:{port} with the certificate {secured.certificate}; "
            "AWS_CA_BUNDLE would replace all other CA certificates in the shell that sets it, so "
            "pass the path to your client alone (SDKs on awscrt have a setting of their own)"
        )


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Suppress the KeyboardInterrupt of SIGINT or SIGTERM, which end a running server normally."""
    import signal

    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, previous)


for _each in (status, stop, env, check_command):
    command.add_command(_each)
