"""Selects the part of a response to print: by a JMESPath expression, or by name.

JMESPath: https://jmespath.org/specification.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from smrt.errors import SmrtError, UsageError
from smrt.protocol.operations import Kind, Operation

Query = Callable[[Any], Any]
Selection = Callable[[Mapping[str, Any], Mapping[str, Any]], Any]


def compile(expression: str, *, run: bool = True, flag: str = "--query") -> Query:  # noqa: A001 - re's and jmespath's word
    """The JMESPath `expression`, the value of the option `flag`, as a function of a value.

    Raises UsageError if it cannot be parsed, or calls an unknown function or one with the wrong
    number of arguments; the function raises SmrtError if a value has the wrong type. With `run`
    false the expression is only parsed.
    """
    from jmespath.exceptions import JMESPathError
    from jmespath.parser import Parser

    flag_and_value = f"{flag} {expression}"
    try:
        parsed = Parser().parse(expression)
    # A number of thousands of digits raises ValueError, deep nesting RecursionError.
    except (JMESPathError, ValueError, RecursionError) as exc:
        raise UsageError(f"Bad value for {flag_and_value}: {exc}") from exc
    if run:
        _check(parsed.parsed, flag_and_value)
    return lambda value: _search(parsed, value)


def _search(parsed: Any, value: Any) -> Any:
    from jmespath.exceptions import JMESPathError

    try:
        return parsed.search(value)
    except (JMESPathError, ValueError, TypeError, OverflowError, RecursionError) as exc:
        raise SmrtError(str(exc)) from exc


def _check(tree: Mapping[str, Any], flag_and_value: str) -> None:
    from jmespath.functions import Functions

    table = Functions.FUNCTION_TABLE
    for node in _nodes(tree):
        if node["type"] == "function_expression":
            _check_call(node, table, flag_and_value)
        else:
            _check_references(node["children"], flag_and_value)
    _check_references([tree], flag_and_value)


def _check_call(
    call: Mapping[str, Any], table: Mapping[str, Mapping[str, Any]], flag_and_value: str
) -> None:
    from jmespath.exceptions import ArityError, UnknownFunctionError, VariadictArityError

    name, arguments = call["value"], call["children"]
    prefix = f"Bad value for {flag_and_value}: "
    if name not in table:
        raise UsageError(
            f"{prefix}{UnknownFunctionError(f'Unknown function: {name}()')}", *_nearest(name, table)
        )
    signature = table[name]["signature"]
    if signature and signature[-1].get("variadic"):
        if len(arguments) < len(signature):
            raise UsageError(f"{prefix}{VariadictArityError(len(signature), len(arguments), name)}")
    elif len(arguments) != len(signature):
        raise UsageError(f"{prefix}{ArityError(len(signature), len(arguments), name)}")
    for index, argument in enumerate(arguments):
        if "expref" not in signature[min(index, len(signature) - 1)]["types"]:
            _check_references([argument], flag_and_value)


def _check_references(nodes: Iterable[Any], flag_and_value: str) -> None:
    """Reject &a as a value: it cannot be printed."""
    for node in nodes:
        if isinstance(node, dict) and node["type"] == "expref":
            raise UsageError(
                f"Bad value for {flag_and_value}: & is only valid in arguments of functions such "
                "as sort_by() and map()"
            )


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every node of a syntax tree; literals and names have no nodes inside."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and "type" in node:
            yield node
            waiting += node["children"]


def select(name: str, operation: Operation) -> Selection:
    """The selection `name`, as a function of the response and the parameters of the call.

    A member of the response by its name, a parameter as "^EndpointName", the whole response as "*";
    None if the member is absent. UsageError if `operation` has no such name, or if its value is
    bytes. Modeled on
    https://docs.aws.amazon.com/powershell/v4/userguide/pstools-using-select.html (-Select).
    """
    if name == "*":
        return lambda response, parameters: response  # noqa: ARG005 - the signature of a selection
    if name.startswith("^"):
        _check_name(name, ["^" + m.name for m in operation.members if m.kind is not Kind.BLOB])
        return lambda response, parameters: parameters.get(name[1:])  # noqa: ARG005 - likewise
    _check_name(name, [field.name for field in operation.fields])
    return lambda response, parameters: response.get(name)  # noqa: ARG005 - likewise


def _check_name(name: str, names: list[str]) -> None:
    if name not in names:
        known = ", ".join(["*", *names])
        raise UsageError(
            f"Bad value for --select {name}: must be one of: {known}", *_nearest(name, names)
        )


def _nearest(name: str, names: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), {each.lower(): each for each in names}, cutoff=0.6)
    if not close:
        return []
    return ["did you mean " + " or ".join(each for each in names if each.lower() in close) + "?"]
