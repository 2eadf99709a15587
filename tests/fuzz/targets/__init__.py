"""The targets by name: the kinds of input that smrt reads, each a module."""

from tests.fuzz.target import Target

from . import (
    batch_kills,
    command_lines,
    credential_sources,
    event_streams,
    local_server,
    responses,
    s3_responses,
)

TARGETS: dict[str, Target] = {
    "command-lines": command_lines,
    "responses": responses,
    "event-streams": event_streams,
    "s3-responses": s3_responses,
    "credential-sources": credential_sources,
    "local-server": local_server,
    "batch-kills": batch_kills,
}
LEAST_PER_MINUTE = {"batch-kills": 110}
"""Cases that are run at least: a minute of fuzzing kills runs of a batch 1,000 times."""
