"""The options of `smrt bench`: their rows, and their typed value."""

from typing import NamedTuple

import click

from smrt.bench.figures.goals import Goal, parse_goals
from smrt.bench.figures.thresholds import Threshold, parse_threshold
from smrt.bench.load.load_options import Level, LoadOptions
from smrt.bench.measures.token_counts import TokenQuery
from smrt.cli.number_lists import integer_list, number_list, positive_integer, positive_number
from smrt.cli.typed_options import connection_options
from smrt.errors import UsageError
from smrt.invoke.option_table import GLOBALS, Row
from smrt.invoke.options import GlobalOptions, InvokeOptions
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    Operation,
)

ARRIVALS = ("constant", "poisson")
FORMATS = ("json", "bedrock", "openai", "calls", "text", "csv")
THRESHOLD = Row(
    "--threshold",
    "threshold",
    "Exit with 99 unless this holds in each level, as latency:p(99)<250ms or errors<1%; can be "
    "repeated.",
    "output",
    "CONDITION",
    is_repeatable=True,
)
ROWS = (
    Row("--streaming", "streaming", "Call the endpoint for response streams.", "request"),
    Row(
        "--input",
        "input",
        "Send the records of this file or folder in turn, instead of --body; - for standard input.",
        "request",
        "FILE",
    ),
    Row(
        "--format",
        "format",
        "Format of the records; by default it is detected.",
        "request",
        "FORMAT",
        FORMATS,
    ),
    Row("--shuffle", "shuffle", "Send the records in random order.", "request"),
    Row(
        "--concurrency",
        "concurrency",
        "Callers that each wait for a response before the next request; a list runs one level "
        "after the other.",
        "load",
        "LIST",
        default="1",
    ),
    Row(
        "--request-rate",
        "request_rate",
        "Requests per second, sent whether or not earlier ones have ended; a list runs one level "
        "after the other.",
        "load",
        "LIST",
    ),
    Row(
        "--arrival",
        "arrival",
        "Times between the requests of a rate: all the same, or random as from many users.",
        "load",
        "PROCESS",
        ARRIVALS,
        "constant",
    ),
    Row(
        "--request-count",
        "request_count",
        "Requests of each level.",
        "load",
        "COUNT",
        default="200, or 10 for each caller if that is more",
    ),
    Row("--duration", "duration", "Seconds of each level, instead of a count.", "load", "SECONDS"),
    Row(
        "--ramp-up",
        "ramp_up",
        "Seconds in which the load of a level rises; not measured.",
        "load",
        "SECONDS",
        default="0",
    ),
    Row(
        "--warmup-requests",
        "warmup_requests",
        "Requests before those that are measured.",
        "load",
        "COUNT",
        default="the concurrency; the requests of a second for a rate, at most 10",
    ),
    Row(
        "--grace-period",
        "grace_period",
        "Seconds to wait for responses at the end of a level; later ones are errors.",
        "load",
        "SECONDS",
        default="30",
    ),
    Row(
        "--max-concurrency",
        "max_concurrency",
        "Drop requests of a rate, as errors, while this many are in flight.",
        "load",
        "COUNT",
    ),
    Row(
        "--find-max-concurrency",
        "find_max_concurrency",
        "Search for the highest concurrency, up to 256, at which all of the following hold; each "
        "level takes --duration (default: 30).",
        "search",
    ),
    *(
        Row(f"--{name}-sla-ms", f"{name}_sla_ms", f"Highest {what}.", "search", "MILLISECONDS")
        for name, what in (
            ("ttft", "time to first token"),
            ("tpot", "time per output token"),
            ("e2e", "latency"),
        )
    ),
    Row(
        "--error-rate-sla",
        "error_rate_sla",
        "Highest percentage of errors.",
        "search",
        "PERCENT",
        default="1",
    ),
    Row(
        "--sla-percentile",
        "sla_percentile",
        "Percentile of the latencies that has to hold.",
        "search",
        "PERCENTILE",
        default="95",
    ),
    Row("--seed", "seed", "Seed of everything random; printed in reports.", "load", "NUMBER"),
    Row(
        "--tokens",
        "tokens",
        "JMESPath expression for the number of tokens, in responses that do not report usage.",
        "output",
        "JMESPATH",
    ),
    Row(
        "--goodput",
        "goodput",
        "Count responses within these milliseconds, as time_to_first_token:100 "
        "inter_token_latency:10.",
        "output",
        "GOALS",
    ),
    THRESHOLD,
    Row(
        "--report",
        "report",
        "Write a report in the format of the suffix: .html, .svg, .json, .csv or .jsonl; can be "
        "repeated.",
        "output",
        "FILE",
        is_repeatable=True,
    ),
)
CONNECTION_ROWS = tuple(
    row
    for row in GLOBALS
    if (row.group == "connection" and row.dest not in ("retry_timeouts", "wait_ready"))
    or row.dest in ("cli_binary_format", "cli_error_format", "debug")
)

_SERVICE_LEVELS = {
    "ttft_sla_ms": "time_to_first_token",
    "tpot_sla_ms": "time_per_output_token",
    "e2e_sla_ms": "latency",
}
SEARCH_SECONDS = 30.0
"""How long a level of a search takes by default."""


class BenchOptions(NamedTuple):
    """The options of the command; `operation` is the one whose endpoint is called."""

    invoke: InvokeOptions
    operation: Operation
    levels: tuple[Level, ...]
    load: LoadOptions
    command: str
    input: str | None = None
    format: str = ""
    shuffle: bool = False
    token_query: TokenQuery | None = None
    goals: tuple[Goal, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    reports: tuple[str, ...] = ()
    search: tuple[Threshold, ...] = ()
    """What has to hold in a search for the highest concurrency; empty without one."""


def bench_options(ctx: click.Context, command: str) -> BenchOptions:
    """The options of the command line. Raises UsageError."""
    values = ctx.params
    _check_inputs(ctx)
    streams = values["streaming"]
    return BenchOptions(
        _invoke_options(ctx),
        INVOKE_ENDPOINT_WITH_RESPONSE_STREAM if streams else INVOKE_ENDPOINT,
        _levels(ctx),
        load_options(ctx),
        command,
        values["input"],
        values["format"] or "",
        values["shuffle"],
        _token_query(values["tokens"]),
        parse_goals(values["goodput"]) if values["goodput"] is not None else (),
        tuple(map(parse_threshold, values["threshold"])),
        values["report"],
        search_conditions(ctx),
    )


def search_conditions(ctx: click.Context) -> tuple[Threshold, ...]:
    """What has to hold in a search; nothing without one. Raises UsageError."""
    values = ctx.params
    names = (*_SERVICE_LEVELS, "error_rate_sla", "sla_percentile")
    used = [name for name in names if values[name] is not None]
    if not values["find_max_concurrency"]:
        if used:
            flag = f"--{used[0].replace('_', '-')}"
            raise UsageError(f"{flag} needs --find-max-concurrency", "or use --threshold")
        return ()
    _check_search(ctx)
    percent = positive_number(values["sla_percentile"] or "95", "--sla-percentile")
    limits = [
        f"{metric}:p({percent:g})<={positive_number(values[name], name):.10g}ms"
        for name, metric in _SERVICE_LEVELS.items()
        if values[name] is not None
    ]
    errors = positive_number(values["error_rate_sla"] or "1", "--error-rate-sla", can_be_zero=True)
    return tuple(map(parse_threshold, [*limits, f"errors<={errors:.10g}%"]))


def _check_search(ctx: click.Context) -> None:
    values = ctx.params
    for name in ("concurrency", "request_rate", "request_count", "threshold"):
        if values[name]:
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(f"--find-max-concurrency cannot be used with {flag}")
    if not values["streaming"] and (values["ttft_sla_ms"] or values["tpot_sla_ms"]):
        raise UsageError("the time to first token needs --streaming", "or use --e2e-sla-ms")


def load_options(ctx: click.Context) -> LoadOptions:
    """How much load is sent. Raises UsageError."""
    values = ctx.params
    if values["request_count"] is not None and values["duration"] is not None:
        raise UsageError("--request-count and --duration cannot be used together")
    if values["max_concurrency"] is not None and values["request_rate"] is None:
        raise UsageError("--max-concurrency needs --request-rate", "or use --concurrency")
    if values["arrival"] is not None and values["request_rate"] is None:
        raise UsageError("--arrival needs --request-rate: callers send when a response arrives")
    grace_period = values["grace_period"] or f"{LoadOptions().grace_period:g}"
    seed = values["seed"]
    duration = _seconds(ctx, "duration")
    if values["find_max_concurrency"] and duration is None:
        duration = SEARCH_SECONDS
    return LoadOptions(
        arrival=values["arrival"] or ARRIVALS[0],
        ramp_up=positive_number(values["ramp_up"] or "0", "--ramp-up", can_be_zero=True),
        request_count=_count(ctx, "request_count"),
        duration=duration,
        grace_period=positive_number(grace_period, "--grace-period", can_be_zero=True),
        warmup_requests=_count(ctx, "warmup_requests", minimum=0),
        max_concurrency=_count(ctx, "max_concurrency"),
        seed=_new_seed() if seed is None else positive_integer(seed, "--seed", minimum=0),
    )


def _levels(ctx: click.Context) -> tuple[Level, ...]:
    callers, rates = ctx.params["concurrency"], ctx.params["request_rate"]
    if callers is not None and rates is not None:
        raise UsageError(
            "--concurrency and --request-rate cannot be used together",
            "--max-concurrency limits the requests of a rate that are in flight",
        )
    if rates is not None:
        return tuple(Level(request_rate=each) for each in number_list(rates, "--request-rate"))
    return tuple(Level(concurrency=each) for each in integer_list(callers or "1", "--concurrency"))


def _invoke_options(ctx: click.Context) -> InvokeOptions:
    values = ctx.params
    return InvokeOptions(
        parameters={
            member.name: values[member.name]
            for member in INVOKE_ENDPOINT.members
            if values[member.name] is not None
        },
        binary_format=values["cli_binary_format"],
        shared=GlobalOptions(
            profile=values["profile"] or None,
            debug=values["debug"],
            connection=connection_options(ctx, INVOKE_READ_TIMEOUT),
        ),
    )


def _check_inputs(ctx: click.Context) -> None:
    values = ctx.params
    if values["EndpointName"] is None:
        raise UsageError(
            "the following arguments are required: --endpoint-name", "see smrt bench --help"
        )
    if (values["Body"] is None) is (values["input"] is None):
        both = "cannot be used together" if values["input"] else "are missing: one is required"
        raise UsageError(f"--body and --input {both}")
    if values["input"] is None and (values["format"] or values["shuffle"]):
        flag = "--format" if values["format"] else "--shuffle"
        raise UsageError(f"{flag} needs --input")


def _token_query(expression: str | None) -> TokenQuery | None:
    if expression is None:
        return None
    from smrt.output import query

    return query.compile(expression, flag="--tokens")


def _count(ctx: click.Context, name: str, *, minimum: int = 1) -> int | None:
    text = ctx.params[name]
    flag = f"--{name.replace('_', '-')}"
    return None if text is None else positive_integer(text, flag, minimum=minimum)


def _seconds(ctx: click.Context, name: str) -> float | None:
    text = ctx.params[name]
    return None if text is None else positive_number(text, f"--{name}")


def _new_seed() -> int:
    from random import getrandbits

    return getrandbits(32)
