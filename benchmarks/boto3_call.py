"""The same calls as a boto3 script."""

import sys

import boto3

url, endpoint, body = sys.argv[1:]
client = boto3.client("sagemaker-runtime", endpoint_url=url)


def call(name: str) -> None:
    with open(body, "rb") as data, open("out", "wb") as file:
        response = client.invoke_endpoint(
            EndpointName=name, ContentType="application/json", Body=data
        )
        file.writelines(response["Body"].iter_chunks(1 << 18))


def call_async(name: str) -> None:
    response = client.invoke_endpoint_async(
        EndpointName=name, ContentType="application/json", InputLocation="s3://bucket/input/1.json"
    )
    print(response["OutputLocation"])


def call_stream(name: str) -> None:
    with open(body, "rb") as data:
        response = client.invoke_endpoint_with_response_stream(
            EndpointName=name, ContentType="application/json", Body=data
        )
    for event in response["Body"]:
        sys.stdout.buffer.write(event["PayloadPart"]["Bytes"])
        sys.stdout.buffer.flush()


calls = {"queue": call_async, "paced": call_stream, "events": call_stream}
calls.get(endpoint, call)(endpoint)
