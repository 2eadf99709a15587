"""The options of `smrt bench`, validated and typed."""

from typing import NamedTuple

import click

from smrt.bench.figures.goals import Goal, parse_goals
from smrt.bench.figures.percentiles import WHOLE
from smrt.bench.figures.thresholds import Threshold, parse_threshold
from smrt.bench.load.load_options import Level, LoadOptions
from smrt.bench.measures.token_counts import TokenQuery
from smrt.cli.number_lists import integer_list, number_list, positive_integer, positive_number
from smrt.cli.operation_command import WORDS
from smrt.cli.typed_options import connection_options, plain_body_option
from smrt.errors import UsageError
from smrt.invoke.options import GlobalOptions, InvokeOptions
from smrt.protocol.messages import INVOKE_READ_TIMEOUT
from smrt.protocol.operations import (
    INVOKE_ENDPOINT,
    INVOKE_ENDPOINT_WITH_RESPONSE_STREAM,
    Operation,
)

from .bench_rows import ARRIVALS

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
        tuple(map(parse_threshold, dict.fromkeys(values["threshold"]))),
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
            raise UsageError(f"{_flag(used[0])} needs --find-max-concurrency", "or use --threshold")
        return ()
    _check_search(ctx)
    percent = _percentile(values["sla_percentile"] or "95")
    limits = [
        f"{metric}:p({percent:g})<={positive_number(values[name], _flag(name)):.10g}ms"
        for name, metric in _SERVICE_LEVELS.items()
        if values[name] is not None
    ]
    errors = positive_number(values["error_rate_sla"] or "1", "--error-rate-sla", can_be_zero=True)
    return tuple(map(parse_threshold, [*limits, f"errors<={errors:.10g}%"]))


def _check_search(ctx: click.Context) -> None:
    values = ctx.params
    for name in ("concurrency", "request_rate", "request_count", "threshold"):
        if values[name]:
            raise UsageError(f"--find-max-concurrency cannot be used with {_flag(name)}")
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
        plain_body=plain_body_option(values),
        parameters={
            member.name: values[member.name]
            for member in INVOKE_ENDPOINT.members
            if values[member.name] is not None
        },
        binary_format=values["cli_binary_format"],
        line=("smrt", "bench", *ctx.meta[WORDS]),
        shared=GlobalOptions(
            profile=values["profile"] or None,
            debug=values["debug"],
            connection=connection_options(ctx, INVOKE_READ_TIMEOUT),
        ),
    )


def _check_inputs(ctx: click.Context) -> None:
    values = ctx.params
    bodies = {"--body": "Body", "--data": "data", "--json": "json"}
    body = next((flag for flag, name in bodies.items() if values[name] is not None), None)
    if values["input"] is None and body is None:
        raise UsageError("one of --body, --data, --json and --input is required")
    if values["input"] is not None and body is not None:
        raise UsageError(f"{body} and --input cannot be used together")
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
    return None if text is None else positive_integer(text, _flag(name), minimum=minimum)


def _percentile(text: str) -> float:
    percent = positive_number(text, "--sla-percentile")
    if percent >= WHOLE:
        raise UsageError(f"--sla-percentile cannot be {text}", "use a number below 100, as 95")
    return percent


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _seconds(ctx: click.Context, name: str) -> float | None:
    text = ctx.params[name]
    return None if text is None else positive_number(text, f"--{name}")


def _new_seed() -> int:
    from random import getrandbits

    return getrandbits(32)
