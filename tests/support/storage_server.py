"""An S3 on loopback for the tests, and boto3 as somebody else's client of it."""

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
from tests.support.scripted_endpoint import Endpoint

_numbers = count()


@contextmanager
def bucket() -> Iterator[Any]:
    """A resource for a bucket; its `url` is that of the server."""
    with storage.running(time) as running:
        resource = boto3.resource(
            "s3",
            endpoint_url=running.url,
            region_name="us-east-1",
            aws_access_key_id="somebody",
            aws_secret_access_key="else",
            config=Config(proxies={}),
        )
        made = resource.Bucket(BUCKET)
        made.url = running.url
        yield made
        resource.meta.client.close()


class Places:
    """Two places that no other test knows."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.output_key = f"output/{number}.out"
        self.failure_key = f"failure/{number}-error.out"
        self.output = f"s3://{BUCKET}/{self.output_key}"
        self.failure = f"s3://{BUCKET}/{self.failure_key}"
        self.reply = {
            "OutputLocation": self.output,
            "FailureLocation": self.failure,
            "InferenceId": f"id-{number}",
        }

    def accept(self, endpoint: Endpoint) -> None:
        """Have `endpoint` answer as the service does."""
        headers = [
            ("X-Amzn-SageMaker-OutputLocation", self.output),
            ("X-Amzn-SageMaker-FailureLocation", self.failure),
        ]
        body = json.dumps({"InferenceId": self.reply["InferenceId"]}).encode()
        endpoint.reply(202, body, headers)
