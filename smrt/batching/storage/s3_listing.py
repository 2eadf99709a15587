"""The objects of an input: those under a prefix, or those that a manifest names.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformS3DataSource.html
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from smrt.batching.batch_options import is_s3
from smrt.errors import UsageError
from smrt.s3.object_store import ObjectStore
from smrt.s3.objects import Location

from .s3_locations import s3_location
from .s3_source import ListedInput, input_line

MANIFEST = "ManifestFile"
S3_DATA_TYPES = ("S3Prefix", MANIFEST)
HEADS = 16
"""Objects of a manifest that are looked up at once."""


def object_lines(store: ObjectStore, uri: str, data_type: str) -> Iterator[bytes]:
    """The lines of the list of an input. Raises UsageError if there is nothing in it."""
    listed = _of_manifest if data_type == MANIFEST else _under_prefix
    is_empty = True
    for item in listed(store, uri):
        is_empty = False
        yield input_line(item)
    if is_empty:
        raise UsageError(f"there are no objects under {uri}")


def _under_prefix(store: ObjectStore, uri: str) -> Iterator[ListedInput]:
    """The objects under a prefix, without those that stand for folders."""
    bucket, prefix = s3_location(uri)
    folder = prefix[: prefix.rfind("/") + 1]
    for item in store.listed(bucket, prefix):
        if not item.key.endswith("/"):
            name = item.key.removeprefix(folder)
            yield ListedInput(name, Location(bucket, item.key), item.size, item.etag)


def _of_manifest(store: ObjectStore, uri: str) -> Iterator[ListedInput]:
    """The objects that a manifest names: [{"prefix": "s3://…/"}, "name", …]."""
    content = store.read(s3_location(uri))
    if content is None:
        raise UsageError(f"{uri} does not exist")
    prefix, names = _parsed(content, uri)

    def look_up(name: str) -> ListedInput:
        location = s3_location(prefix + name)
        item = store.head(location)
        if item is None:
            raise UsageError(f"{location}, which {uri} names, does not exist")
        return ListedInput(name, location, item.size, item.etag)

    with ThreadPoolExecutor(HEADS, "smrt manifest") as pool:
        yield from pool.map(look_up, names)


def _parsed(content: bytes, uri: str) -> tuple[str, list[str]]:
    """The prefix and the names of a manifest. Raises UsageError for another form."""
    try:
        head, *names = json.loads(content)
        prefix = head["prefix"]
    except (ValueError, TypeError, KeyError) as exc:
        raise _malformed(uri) from exc
    texts: list[Any] = [prefix, *names]
    if not all(isinstance(text, str) for text in texts) or not is_s3(prefix):
        raise _malformed(uri)
    return prefix, names


def _malformed(uri: str) -> UsageError:
    return UsageError(
        f"{uri} is not a manifest", 'its form is [{"prefix": "s3://BUCKET/PREFIX/"}, "NAME", …]'
    )
