"""What of a reply is printed: a JMESPath expression, or a member by its name.

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

    UsageError where it cannot be parsed, calls a function that does not exist or gives it the
    wrong number of arguments; the function raises SmrtError where a value is not what it expects.
    With `run` false the expression is parsed and no more.
    """
    from jmespath.exceptions import JMESPathError
    from jmespath.parser import Parser

    option = f"{flag} {expression}"
    try:
        parsed = Parser().parse(expression)
    # A number of thousands of digits is a ValueError, brackets within brackets are too deep.
    except (JMESPathError, ValueError, RecursionError) as exc:
        raise UsageError(f"Bad value for {option}: {exc}") from exc
    if run:
        _check(parsed.parsed, option)
    return lambda value: _searched(parsed, value)


def _searched(parsed: Any, value: Any) -> Any:
    from jmespath.exceptions import JMESPathError

    try:
        return parsed.search(value)
    except (JMESPathError, ValueError, TypeError, OverflowError, RecursionError) as exc:
        raise SmrtError(str(exc)) from exc


def _check(tree: Mapping[str, Any], option: str) -> None:
    from jmespath.functions import Functions

    table = Functions.FUNCTION_TABLE
    for node in _nodes(tree):
        if node["type"] == "function_expression":
            _check_call(node, table, option)
        else:
            _check_references(node["children"], option)
    _check_references([tree], option)


def _check_call(
    call: Mapping[str, Any], table: Mapping[str, Mapping[str, Any]], option: str
) -> None:
    from jmespath.exceptions import ArityError, UnknownFunctionError, VariadictArityError

    name, arguments = call["value"], call["children"]
    prefix = f"Bad value for {option}: "
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
            _check_references([argument], option)


def _check_references(nodes: Iterable[Any], option: str) -> None:
    """Refuse &a where it would be a value: there is no way to print one."""
    for node in nodes:
        if isinstance(node, dict) and node["type"] == "expref":
            raise UsageError(
                f"Bad value for {option}: & is for the arguments of functions such "
                "as sort_by() and map()"
            )


def _nodes(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Every node of a syntax tree; what is in literals and names is none."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and "type" in node:
            yield node
            waiting += node["children"]


def select(name: str, operation: Operation) -> Selection:
    """What `name` selects, as a function of the reply and the parameters of the call.

    A member of the reply by its name, a parameter as "^EndpointName", the reply whole as "*"; None
    where the member was not sent. UsageError where `operation` has no such name, or has bytes
    under it. After
    https://docs.aws.amazon.com/powershell/v4/userguide/pstools-using-select.html (-Select).
    """
    if name == "*":
        return lambda reply, parameters: reply  # noqa: ARG005 - the signature of a selection
    if name.startswith("^"):
        _check_name(name, ["^" + m.name for m in operation.members if m.kind is not Kind.BLOB])
        return lambda reply, parameters: parameters.get(name[1:])  # noqa: ARG005 - likewise
    _check_name(name, [field.name for field in operation.fields])
    return lambda reply, parameters: reply.get(name)  # noqa: ARG005 - likewise


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
