"""The input of an asynchronous call put into S3 first, and named in the call."""

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


class Staged(NamedTuple):
    """A call that names its input, and the input that is to be put there."""

    call: Call
    location: Location
    body: Any

    def __repr__(self) -> str:
        return masked_repr(self, "body")

    def upload(self, storage: S3, console: Console) -> None:
        """Put the input in its place, and close both. Raises SmrtError."""
        content_type = self.call.parameters.get("ContentType")
        with (
            closing(storage),
            progress(console, f"uploading to {self.location}"),
            io.BytesIO(self.body) if isinstance(self.body, bytes) else self.body as file,
        ):
            storage.put(self.location, file, content_type)

    @contextmanager
    def hinting(self, console: Console) -> Iterator[None]:
        """Name the place of the input, which can be used again, whatever cuts the call short."""
        hint = f"the input is saved in S3; to reuse it: --input-location {self.location}"
        try:
            yield
        except SmrtError as exc:
            exc.add_hints(hint)
            raise
        except BaseException:
            console.note(hint)
            raise


def staged(call: Call, folder: str) -> Staged:
    """`call` with its Body below the address `folder`, under the id of the inference.

    Raises UsageError for an address that is none, and for a call that cannot be staged.
    """
    values = dict(call.parameters)
    if "InputLocation" in values:
        raise UsageError("--stage and --input-location cannot be used together")
    if "Body" not in values:
        raise UsageError("--stage requires a --body to upload")
    body = values.pop("Body")
    values.setdefault("InferenceId", _inference_id())
    place = _place(folder, values["InferenceId"])
    values["InputLocation"] = str(place)
    if call.settings.validate:
        parameters.check(call.operation, values)
    return Staged(call._replace(parameters=values), place, body)


def _place(folder: str, name: str) -> Location:
    if not folder.startswith(SCHEME) or not folder.removeprefix(SCHEME).strip("/"):
        raise UsageError(
            f"--stage: not an S3 URI: '{folder}'", "use a URI such as s3://BUCKET/PREFIX"
        )
    return objects.location(f"{folder.rstrip('/')}/{name}", "--stage")


def _inference_id() -> str:
    from uuid import uuid4

    return str(uuid4())
