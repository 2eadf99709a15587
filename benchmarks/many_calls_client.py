"""Many calls of 1 KB from one process: prints the CPU seconds and the seconds of one call.

    python -m benchmarks.many_calls_client engine|boto3 CPU URL COUNT [CA_BUNDLE]

The first tenth of the calls is not measured.
"""

import os
import sys
import time
from collections.abc import Callable

THREADS = 16
BODY = b"x" * 1024
NAME = "small"
ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
Make = Callable[[int], None]
"""Makes as many calls."""


def engine(url: str, ca_bundle: str | None) -> Make:
    from smrt.engine.call import Completion, EngineCall
    from smrt.engine.engine import Engine, EngineOptions
    from smrt.engine.retry_rules import RetryRules
    from smrt.protocol.messages import Credentials, Settings
    from smrt.protocol.operations import INVOKE_ENDPOINT
    from smrt.protocol.prepared_request import PreparedRequest
    from smrt.protocol.urls import parse_url

    server = parse_url(url)
    request = PreparedRequest(
        "POST",
        server._replace(target=f"/endpoints/{NAME}/invocations"),
        (("Content-Type", "application/json"),),
        region="us-east-1",
        service="sagemaker",
        unsigned=(("User-Agent", "benchmark"),),
    )
    credentials = Credentials(ACCESS_KEY, SECRET_KEY)
    settings = Settings(region="us-east-1", ca_bundle=ca_bundle)

    def succeeded(completion: Completion) -> None:
        assert completion.error is None, completion.error

    def make(count: int) -> None:
        options = EngineOptions(RetryRules(INVOKE_ENDPOINT))
        calls = (EngineCall(request, BODY) for _ in range(count))
        Engine(server, settings, lambda: credentials, options).run(calls, succeeded)

    return make


def boto3(url: str, ca_bundle: str | None) -> Make:
    from concurrent.futures import ThreadPoolExecutor

    import boto3 as sdk
    from botocore.config import Config

    client = sdk.client(
        "sagemaker-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        verify=ca_bundle,
        config=Config(max_pool_connections=THREADS),
    )
    pool = ThreadPoolExecutor(THREADS)

    def call(_: int) -> None:
        response = client.invoke_endpoint(
            EndpointName=NAME, ContentType="application/json", Body=BODY
        )
        response["Body"].read()

    def make(count: int) -> None:
        for _ in pool.map(call, range(count)):
            pass

    return make


PEERS = {"engine": engine, "boto3": boto3}


def main() -> None:
    peer, cpu, url, count, *ca_bundle = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(cpu)})
    make = PEERS[peer](url, ca_bundle[0] if ca_bundle else None)
    make(int(count) // 10)
    cpu_at, started_at = time.process_time(), time.perf_counter()
    make(int(count))
    elapsed = time.perf_counter() - started_at
    print((time.process_time() - cpu_at) / int(count), elapsed / int(count))


if __name__ == "__main__":
    main()
