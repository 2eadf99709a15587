"""Uploads the input of an asynchronous call to S3, for --stage."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

from smrt.errors import SmrtError, UsageError
from smrt.output.console import Console
from smrt.output.progress import progress
from smrt.protocol import parameters
from smrt.protocol.messages import masked_repr
from smrt.s3 import objects
from smrt.s3.objects import S3, SCHEME, Location

from .invocation import Call


class StagedCall(NamedTuple):
    """A call with an InputLocation, and the body to upload there."""

    call: Call
    location: Location
    body: Any

    def __repr__(self) -> str:
        return masked_repr(self, "body")

    def upload(self, s3: S3, console: Console) -> None:
        """Upload the body, and close it and `s3`. Raises SmrtError."""
        content_type = self.call.parameters.get("ContentType")
        with (
            closing(s3),
            progress(console, f"uploading to {self.location}"),
            io.BytesIO(self.body) if isinstance(self.body, bytes) else self.body as file,
        ):
            s3.put(self.location, file, content_type)

    @contextmanager
    def location_in_hints(self, console: Console) -> Iterator[None]:
        """If the block fails, print the location of the input, so that it can be reused."""
        hint = f"the input is saved in S3; to reuse it: --input-location {self.location}"
        try:
            yield
        except SmrtError as exc:
            exc.add_hints(hint)
            raise
        except BaseException:
            console.note(hint)
            raise


def stage(call: Call, prefix: str) -> StagedCall:
    """Move the body of `call` to the S3 URI `prefix`, under the inference ID.

    Raises UsageError if `prefix` is not an S3 URI, or the call has no body or an InputLocation.
    """
    values = dict(call.parameters)
    if "InputLocation" in values:
        raise UsageError("--stage and --input-location cannot be used together")
    if "Body" not in values:
        raise UsageError("--stage requires --data, --json or --body to upload")
    body = values.pop("Body")
    values.setdefault("InferenceId", _inference_id())
    location = _input_location(prefix, values["InferenceId"])
    values["InputLocation"] = str(location)
    if call.settings.validate:
        parameters.check(call.operation, values)
    return StagedCall(call._replace(parameters=values), location, body)


def _input_location(prefix: str, name: str) -> Location:
    if not prefix.startswith(SCHEME) or not prefix.removeprefix(SCHEME).strip("/"):
        raise UsageError(
            f"--stage: not an S3 URI: '{prefix}'", "use a URI such as s3://BUCKET/PREFIX"
        )
    return objects.location(f"{prefix.rstrip('/')}/{name}", "--stage")


def _inference_id() -> str:
    from uuid import uuid4

    return str(uuid4())
