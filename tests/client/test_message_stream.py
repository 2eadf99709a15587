from threading import Thread
from time import time

import pytest

from smrt import Client
from smrt.errors import ServiceError, UsageError
from smrt.local.endpoint import echo
from smrt.local.server import serving
from smrt.local.service import Service
from smrt.local.streams.stream_endpoint import echo_stream

SERVICE = Service({"echo": echo}, clock=time, report_error=print, streams={"echo": echo_stream})


def client(url: str) -> Client:
    return Client(
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="local",
        aws_secret_access_key="local-secret",
    )


def test_each_message_is_responded_to_while_the_stream_is_open() -> None:
    with serving(SERVICE) as url:
        response = client(url).invoke_endpoint_with_bidirectional_stream(EndpointName="echo")
        assert response["InvokedProductionVariant"] == "AllTraffic"
        with response["Body"] as stream:
            events = iter(stream)
            for message, kind in (("one", "UTF8"), (b"\x00", "BINARY")):
                stream.send(message)
                data = message.encode() if isinstance(message, str) else message
                expected = {"Bytes": data, "DataType": kind, "CompletionState": "COMPLETE"}
                assert next(events) == {"PayloadPart": expected}
            stream.close()
            assert list(events) == []
            with pytest.raises(UsageError):
                stream.send("late")


def test_one_thread_can_send_while_another_iterates() -> None:
    with serving(SERVICE) as url:
        response = client(url).invoke_endpoint_with_bidirectional_stream(EndpointName="echo")
        sent = [bytes([number % 256]) * 1000 for number in range(3000)]
        with response["Body"] as stream:

            def send() -> None:
                for message in sent:
                    stream.send(message)
                stream.close()

            thread = Thread(target=send)
            thread.start()
            received = [event["PayloadPart"]["Bytes"] for event in stream]
            thread.join()
    assert received == sent


def test_a_refusal_is_an_error_of_the_service() -> None:
    with serving(SERVICE) as url, pytest.raises(ServiceError, match="not found"):
        client(url).invoke_endpoint_with_bidirectional_stream(EndpointName="unknown")
