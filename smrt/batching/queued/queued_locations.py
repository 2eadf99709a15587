"""Where the results of queued requests will be, also of those whose response was lost."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smrt.batching.shared.control_files import ControlFiles
from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import SCHEME, Location

QUEUE = "queue"
"""The control file of a job with the patterns of the locations."""
Around = tuple[str, str]
"""What precedes and follows the name of a request in a location."""


class QueuedLocations(NamedTuple):
    """Where the result of a queued request will be, or its failure."""

    output: Location
    failure: Location | None

    @property
    def both(self) -> tuple[Location, ...]:
        """The locations to look at."""
        return (self.output,) if self.failure is None else (self.output, self.failure)


def acceptance(metadata: Mapping[str, Any]) -> bytes:
    """What a job stores about the response to a request that was queued."""
    return json.dumps([metadata.get("OutputLocation"), metadata.get("FailureLocation")]).encode()


def queued_locations(content: bytes) -> QueuedLocations:
    """The locations in what a job stores about a request."""
    output, failure = json.loads(content)
    return QueuedLocations(_location(output), _location(failure) if failure else None)


class LocationPattern(NamedTuple):
    """The locations of the results of a folder, around the Filename and the InferenceId."""

    output: Around
    failure: Around | None

    def acceptance(self, parameters: Mapping[str, Any]) -> bytes:
        """What would be stored about a request with these parameters."""
        output = parameters["Filename"].join(self.output)
        failure = None if self.failure is None else parameters["InferenceId"].join(self.failure)
        return json.dumps([output, failure]).encode()


class KnownLocations:
    """The patterns of a job, by endpoint and folder, learned from the responses of the endpoint."""

    def __init__(self, control: ControlFiles) -> None:
        self._control = control
        self._patterns = self._stored()
        self.is_settled = bool(self._patterns)
        """Whether patterns are stored, or cannot be derived."""

    def learn(self, parameters: Mapping[str, Any], content: bytes) -> bool:
        """Derive the pattern from what a response said; return whether it is to be stored."""
        key = _folder(parameters)
        if key in self._patterns:
            return False
        pattern = _pattern(parameters, content)
        if pattern is None:
            self.is_settled = True
            return False
        self._patterns[key] = pattern
        return True

    def store(self) -> None:
        """Store the patterns, with those of other processes. Not in the loop: it may be S3."""
        patterns = {**self._stored(), **self._patterns}
        self._control.replace(QUEUE, json.dumps(list(patterns.items())).encode())
        self.is_settled = True

    def acceptance(self, parameters: Mapping[str, Any]) -> bytes | None:
        """What was lost about a request with these parameters; None if that is not known."""
        pattern = self._patterns.get(_folder(parameters))
        return None if pattern is None else pattern.acceptance(parameters)

    def _stored(self) -> dict[tuple[str, str], LocationPattern]:
        content = self._control.read(QUEUE)
        items = [] if content is None else json.loads(content)
        return {tuple(key): LocationPattern(*pattern) for key, pattern in items}


def existing(store: ObjectStore, wanted: Iterable[Location]) -> Iterator[Location]:
    """Those of the objects that exist, by listing each folder from the first to the last."""
    folders: dict[tuple[str, str], set[str]] = {}
    for bucket, key in wanted:
        folders.setdefault((bucket, key[: key.rfind("/") + 1]), set()).add(key)
    for (bucket, prefix), keys in folders.items():
        last = max(keys)
        for item in store.listed(bucket, prefix, after=min(keys)[:-1]):
            if item.key > last:
                break
            if item.key in keys:
                yield Location(bucket, item.key)


def _folder(parameters: Mapping[str, Any]) -> tuple[str, str]:
    """What decides where the results of a request are: its endpoint, if it has one, and folder."""
    return parameters.get("EndpointName", ""), parameters["S3OutputPathExtension"]


def _pattern(parameters: Mapping[str, Any], content: bytes) -> LocationPattern | None:
    output, failure = json.loads(content)
    around = _around(output, parameters["Filename"])
    if around is None:
        return None
    return LocationPattern(around, _around(failure or "", parameters["InferenceId"]))


def _around(uri: str, name: str) -> Around | None:
    """What is around a name in the last part of a URI; None unless it is there once."""
    folder, slash, last = uri.rpartition("/")
    if last.count(name) != 1:
        return None
    before, _, after = last.partition(name)
    return folder + slash + before, after


def _location(uri: str) -> Location:
    bucket, _, key = uri.removeprefix(SCHEME).partition("/")
    return Location(bucket, key)
