"""A bucket of its own for each test, on a server that the tests share."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from smrt.batching.storage.connecting import configured_store
from smrt.config import configuration
from smrt.config.connection_options import ConnectionOptions
from smrt.s3.object_store import ObjectStore
from tests.batching.conftest import Batch, Done, ModelServer
from tests.support.storage_server import bucket

_numbers = count()


@pytest.fixture(scope="session")
def storage() -> Iterator[Any]:
    with bucket() as running:
        yield running


@pytest.fixture
def uri(storage: Any) -> str:
    """A prefix of the test's own."""
    return f"s3://{storage.name}/t{next(_numbers)}"


@pytest.fixture
def variables(model: ModelServer, environ: dict[str, str], storage: Any) -> dict[str, str]:
    return {
        **environ,
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": model.url,
        "AWS_ENDPOINT_URL_S3": storage.url,
    }


@pytest.fixture
def store(variables: dict[str, str]) -> Iterator[ObjectStore]:
    connected = configured_store(configuration.load(variables), ConnectionOptions())
    yield connected
    connected.close()


class Bucket:
    """Objects below a prefix."""

    def __init__(self, storage: Any, uri: str) -> None:
        self._storage, self._prefix = storage, uri.split("/", 3)[3] + "/"

    def put(self, name: str, content: bytes) -> None:
        self._storage.put_object(Key=self._prefix + name, Body=content)

    def get(self, name: str) -> bytes:
        content: bytes = self._storage.Object(self._prefix + name).get()["Body"].read()
        return content

    def names(self, prefix: str = "") -> list[str]:
        listed = self._storage.objects.filter(Prefix=self._prefix + prefix)
        return [item.key.removeprefix(self._prefix) for item in listed]


@pytest.fixture
def objects(storage: Any, uri: str) -> Bucket:
    return Bucket(storage, uri)


__all__ = ["Batch", "Bucket", "Done", "ModelServer"]
