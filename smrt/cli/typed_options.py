"""The options of the command line, validated and typed; only this package reads them by name."""

from collections.abc import Mapping
from typing import Any

import click

from smrt.config.connection_options import (
    ConnectionOptions,
    endpoint_url_option,
    timeout,
    wait_ready_seconds,
)
from smrt.errors import UsageError
from smrt.invoke.option_table import BODY_QUERY, DATA, INCLUDE, JSON, PRETTY, VERBOSE
from smrt.invoke.options import GlobalOptions, InvokeOptions
from smrt.protocol.messages import DEFAULT_TIMEOUT
from smrt.protocol.operations import Operation

from .operation_command import WORDS


def invoke_options(
    ctx: click.Context, operation: Operation, read_timeout: float = DEFAULT_TIMEOUT
) -> InvokeOptions:
    """The options of a command for `operation`; `read_timeout` is the default read timeout.

    Raises UsageError for the first invalid option, in the AWS CLI's order.
    """
    values = ctx.params
    return InvokeOptions(
        plain_body=plain_body_option(values),
        parameters={
            member.name: values[member.name]
            for member in operation.members
            if values[member.name] is not None
        },
        outfile=values["outfile"],
        input_json=values["cli_input_json"],
        input_yaml=values["cli_input_yaml"],
        binary_format=values["cli_binary_format"],
        skeleton=values["generate_cli_skeleton"],
        dry_run=values["dry_run"] or None,
        include=values.get(INCLUDE.dest, False),
        shared=global_options(ctx, read_timeout),
        line=("smrt", operation.command, *ctx.meta[WORDS]),
    )


def plain_body_option(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """The option --data or --json, and its value. Raises UsageError if there are two bodies."""
    if values[DATA.dest] is None and values.get(JSON.dest) is None:
        return None
    flags = {"--body": "Body", DATA.flag: DATA.dest, JSON.flag: JSON.dest}
    *others, flag = (flag for flag, name in flags.items() if values.get(name) is not None)
    if others:
        raise UsageError(f"{others[0]} and {flag} cannot be used together")
    return flag, values[flags[flag]]


def global_options(ctx: click.Context, read_timeout: float = DEFAULT_TIMEOUT) -> GlobalOptions:
    """The options of a command that calls a service. Raises UsageError."""
    values = ctx.params
    if values["query"] is not None:
        from smrt.output import query

        query.compile(values["query"], run=False)
    return GlobalOptions(
        output=values["output"],
        query=values["query"],
        select=values["select"],
        color=values["color"],
        metadata=values["metadata"],
        pretty=values.get(PRETTY.dest),
        body_query=_body_query(values),
        use_pager=not values["no_cli_pager"],
        profile=values["profile"] or None,
        debug=values["debug"],
        verbose=values.get(VERBOSE.dest, False),
        connection=connection_options(ctx, read_timeout),
    )


def _body_query(values: Mapping[str, Any]) -> str | None:
    """The expression of --body-query. Raises UsageError if it cannot be parsed."""
    expression: str | None = values.get(BODY_QUERY.dest)
    if expression is not None:
        from smrt.output import query

        query.compile(expression, run=False, flag=BODY_QUERY.flag)
    return expression


def connection_options(ctx: click.Context, read_timeout: float) -> ConnectionOptions:
    """The connection options; a command that calls no model does not have the last two."""
    values = ctx.params
    return ConnectionOptions(
        region=values["region"],
        endpoint_url=endpoint_url_option(values["endpoint_url"]),
        sign=not values["no_sign_request"],
        verify=not values["no_verify_ssl"],
        ca_bundle=values["ca_bundle"],
        read_timeout=timeout("read", values["cli_read_timeout"], read_timeout),
        connect_timeout=timeout("connect", values["cli_connect_timeout"]),
        retry_timeouts=values.get("retry_timeouts", False),
        wait_ready=wait_ready_seconds(values.get("wait_ready")),
    )
