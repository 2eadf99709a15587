"""What holds for every run, whatever its input was."""

import re
import stat
from collections.abc import Collection, Iterator

from smrt.cli.help.reference import STATUSES
from smrt.errors import ExitCode

from .sandbox import SECRET, Outcome
from .target import Finding

_BEFORE_CALLS = (ExitCode.USAGE, ExitCode.CONFIGURATION)
_SILENT = (ExitCode.OK, ExitCode.PIPE, ExitCode.INTERRUPTED)
_CALLS = "/endpoints/"
_PARTIAL = ".partial"
_ERROR = re.compile(r"(?:\[ERROR\]: (?:An error occurred \(\w+\): )?|Message\W+)(\w+: .*)")
_TEMPORARY = re.compile(r"(.*/)?\..*\.[0-9a-f]{12}\.smrt")


def judged(
    outcome: Outcome, *, sends: bool = True, bodies: Collection[bytes] = (), streams: bool = False
) -> Finding | None:
    """The first thing that is wrong with `outcome`.

    `sends`: whether the command line may call the endpoint. `bodies` are the complete bodies of
    responses, which files may have after a failure. With `streams`, the beginning of a body may be
    saved in OUTFILE.partial.
    """
    found = (
        *_failures(outcome),
        *_requests(outcome, sends=sends),
        *_secrets(outcome),
        *_files(outcome, bodies, streams=streams),
    )
    return next(iter(found), None)


def _failures(outcome: Outcome) -> Iterator[Finding]:
    if outcome.problem:
        yield Finding("hang" if outcome.problem.startswith("hang") else "crash", outcome.problem)
    if "this is a defect of smrt" in outcome.err or "Traceback (most" in outcome.err:
        error = _ERROR.search(outcome.err)
        yield Finding("defect", error[1] if error else outcome.err)
    if outcome.code not in STATUSES:
        yield Finding("undocumented exit status", str(outcome.code))
    if outcome.code not in _SILENT and not outcome.err.strip():
        yield Finding("failure without a message", str(outcome.code))


def _requests(outcome: Outcome, *, sends: bool) -> Iterator[Finding]:
    calls = [each.target for each in outcome.requests if each.target.startswith(_CALLS)]
    if calls and (not sends or outcome.code in _BEFORE_CALLS):
        message = (outcome.err.splitlines() or [""])[0]
        yield Finding("request that should not be sent", f"exit status {outcome.code}: {message}")


def _secrets(outcome: Outcome) -> Iterator[Finding]:
    secret = SECRET.encode()
    if secret in outcome.out:
        yield Finding("secret in the output")
    if SECRET in outcome.err:
        line = next(line for line in outcome.err.splitlines() if SECRET in line)
        yield Finding("secret in a message", line.partition(SECRET)[0])
    for name, content in outcome.files.items():
        if secret in content or SECRET in name:
            yield Finding("secret in a file", name)
    for name, mode in outcome.home.items():
        if name.startswith(".aws/cli") and stat.S_IMODE(mode) & 0o077:
            yield Finding("cached credentials that others can read", f"{name} {mode:o}")


def _files(outcome: Outcome, bodies: Collection[bytes], *, streams: bool) -> Iterator[Finding]:
    for name, content in outcome.files.items():
        is_partial = streams and outcome.code and name.endswith(_PARTIAL)
        if outcome.code and content not in bodies and not is_partial:
            yield Finding("partial file", f"exit status {outcome.code}")
        if _TEMPORARY.fullmatch(name):
            yield Finding("temporary file left", name)
