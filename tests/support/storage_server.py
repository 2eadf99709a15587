"""An S3 on loopback for tests, and a boto3 client of it with other credentials."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from time import time
from typing import Any

import boto3
from botocore.config import Config

from smrt.local.s3 import storage
from smrt.local.s3.storage import BUCKET
from tests.support.scripted_endpoint import Endpoint, Responder, raw, reset, response

_numbers = count()


@contextmanager
def bucket() -> Iterator[Any]:
    """A boto3 bucket; its `url` is the endpoint URL of the server."""
    with storage.running_storage(time) as running:
        resource = boto3.resource(
            "s3",
            endpoint_url=running.url,
            region_name="us-east-1",
            aws_access_key_id="somebody",
            aws_secret_access_key="else",
            config=Config(proxies={}),
        )
        s3_bucket = resource.Bucket(BUCKET)
        s3_bucket.url = running.url
        yield s3_bucket
        resource.meta.client.close()


def cut_short(status: int) -> Responder:
    """A response whose connection is reset within its body, as soon as its head has been read."""
    head = b"HTTP/1.1 %d Reason\r\nContent-Length: 100\r\n\r\n" % status
    return raw(head + b"<Error>", reset)


def unparsable(status: int, name: str, value: str) -> Responder:
    """An empty response with a header that botocore cannot parse; it closes the connection."""
    return raw(response(status, b"", [(name, value), ("Connection", "close")]))


class QueuedCall:
    """The response to an asynchronous call, whose locations are unique per test."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.output_key = f"output/{number}.out"
        self.failure_key = f"failure/{number}-error.out"
        self.output = f"s3://{BUCKET}/{self.output_key}"
        self.failure = f"s3://{BUCKET}/{self.failure_key}"
        self.response = {
            "OutputLocation": self.output,
            "FailureLocation": self.failure,
            "InferenceId": f"id-{number}",
        }

    def accept(self, endpoint: Endpoint) -> None:
        """Let `endpoint` accept an asynchronous call with these locations."""
        headers = [
            ("X-Amzn-SageMaker-OutputLocation", self.output),
            ("X-Amzn-SageMaker-FailureLocation", self.failure),
        ]
        body = json.dumps({"InferenceId": self.response["InferenceId"]}).encode()
        endpoint.respond(202, body, headers)
