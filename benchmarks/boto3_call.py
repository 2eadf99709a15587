"""What somebody without a command-line tool would write."""

import sys

import boto3

url, endpoint, body = sys.argv[1:]
client = boto3.client("sagemaker-runtime", endpoint_url=url)


def call(name: str) -> None:
    with open(body, "rb") as data, open("out", "wb") as file:
        reply = client.invoke_endpoint(EndpointName=name, ContentType="application/json", Body=data)
        file.writelines(reply["Body"].iter_chunks(1 << 18))


def queue(name: str) -> None:
    reply = client.invoke_endpoint_async(
        EndpointName=name, ContentType="application/json", InputLocation="s3://bucket/input/1.json"
    )
    print(reply["OutputLocation"])


def stream(name: str) -> None:
    with open(body, "rb") as data:
        reply = client.invoke_endpoint_with_response_stream(
            EndpointName=name, ContentType="application/json", Body=data
        )
    for event in reply["Body"]:
        sys.stdout.buffer.write(event["PayloadPart"]["Bytes"])
        sys.stdout.buffer.flush()


calls = {"queue": queue, "paced": stream, "events": stream}
calls.get(endpoint, call)(endpoint)
