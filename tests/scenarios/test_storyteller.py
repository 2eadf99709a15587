import json
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from smrt.local.model import load_model
from smrt.output.framing import events
from smrt.output.generated_text import chat, texts
from tests.support.local_server import EXAMPLES, client, serve

FOLDER = EXAMPLES / "storyteller"
BOOK = (FOLDER / "alice.txt").read_text()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serve({"storyteller": load_model(FOLDER).predict}) as url:
        yield url


@pytest.fixture(scope="module")
def boto(url: str) -> Iterator[Any]:
    with closing(client(url)) as boto3_client:
        yield boto3_client


def invoke(boto: Any, **parameters: Any) -> list[bytes]:
    response = boto.invoke_endpoint_with_response_stream(
        EndpointName="storyteller",
        ContentType="application/json",
        Body=json.dumps(parameters).encode(),
    )
    assert response["ContentType"] == "text/event-stream"
    with closing(response["Body"]) as stream:
        return [event["PayloadPart"]["Bytes"] for event in stream]


def openai_chunks(chunks: list[bytes]) -> list[Any]:
    return [json.loads(frame) for frame in events(chunks, pytest.fail)]


def story(chunks: list[bytes]) -> list[str]:
    return list(texts(events(chunks, pytest.fail), chat))


def test_each_word_is_an_event_in_the_format_of_openai(boto: Any) -> None:
    chunks = invoke(boto, max_tokens=5)
    assert len(chunks) == 1 + 5 + 1 + 1
    assert chunks[-1] == b"data: [DONE]\n\n"
    generated = openai_chunks(chunks)
    assert {each["object"] for each in generated} == {"chat.completion.chunk"}
    assert len({each["id"] for each in generated}) == 1
    choices = [each["choices"][0] for each in generated]
    assert choices[0]["delta"] == {"role": "assistant", "content": ""}
    assert [choice["finish_reason"] for choice in choices] == [None] * 6 + ["length"]
    assert len(story(chunks)) == 5


def test_every_three_words_in_a_row_are_in_the_book(boto: Any) -> None:
    book = BOOK.lower().split()
    known = set(zip(book, book[1:], book[2:], strict=False))
    words = "".join(story(invoke(boto, max_tokens=200, seed=1))).lower().split()
    assert len(words) == 200
    assert set(zip(words, words[1:], words[2:], strict=False)) <= known


def test_the_same_seed_generates_the_same_story(boto: Any) -> None:
    first, again, other = (story(invoke(boto, seed=seed)) for seed in (7, 7, 8))
    assert first == again != other
    assert len(first) == 100


@pytest.mark.parametrize(
    "parameters",
    [
        {"messages": [{"role": "user", "content": "And then the White\nRABBIT"}]},
        {"prompt": "white rabbit"},
        {"prompt": "never-heard-of rabbit"},
    ],
)
def test_the_story_continues_the_prompt(boto: Any, parameters: dict[str, Any]) -> None:
    following = {after for word, after in pairwise(BOOK.lower().split()) if word == "rabbit"}
    for seed in range(5):
        first = story(invoke(boto, **parameters, max_tokens=1, seed=seed))[0]
        assert first.strip().lower() in following


def test_the_books_last_words_end_the_story(boto: Any) -> None:
    last = invoke(boto, prompt="happy summer", max_tokens=4)
    endings = {
        openai_chunks(invoke(boto, prompt="summer days."))[-1]["choices"][0]["finish_reason"]
    }
    assert story(last)[0] == " days."
    assert endings == {"stop"}


def test_without_streaming_there_is_one_response(boto: Any) -> None:
    body = json.dumps({"stream": False, "max_tokens": 3, "seed": 1}).encode()
    response = boto.invoke_endpoint(
        EndpointName="storyteller", ContentType="application/json", Body=body
    )
    choice = json.loads(response["Body"].read())["choices"][0]
    assert choice["message"]["content"] == "".join(story(invoke(boto, max_tokens=3, seed=1)))
    assert choice["finish_reason"] == "length"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[]", "no JSON object"),
        (b"{", "Expecting"),
        (b'{"max_tokens": 0}', "max_tokens has to be from 1 to 4096, not 0"),
        (b'{"max_tokens": true}', "max_tokens"),
        (b'{"seed": "x"}', "seed has to be a whole number"),
        (b'{"words_per_second": 0}', "words_per_second has to be a number above 0"),
        (b'{"messages": []}', "messages has to be a list"),
        (b'{"messages": [{"content": 7}]}', "has to be text"),
    ],
)
def test_an_invalid_request_is_rejected_before_the_stream_starts(
    boto: Any, body: bytes, message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        boto.invoke_endpoint_with_response_stream(
            EndpointName="storyteller", ContentType="application/json", Body=body
        )


def test_other_content_types_are_rejected(boto: Any) -> None:
    with pytest.raises(ClientError, match=r"client error \(415\).*send application/json"):
        boto.invoke_endpoint(EndpointName="storyteller", ContentType="text/csv", Body=b"1")


def test_the_speed_of_the_story_can_be_configured(boto: Any) -> None:
    assert len(story(invoke(boto, max_tokens=3, words_per_second=1000.5))) == 3


def test_chat_prints_the_story(url: str, process: Any) -> None:
    ran = process(
        "invoke-endpoint-with-response-stream",
        *("--endpoint-name", "storyteller", "--content-type", "application/json"),
        *("--cli-binary-format", "raw-in-base64-out", "--body", '{"seed": 1, "max_tokens": 20}'),
        "--chat",
        env={"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": url},
    )
    assert (ran.code, ran.err) == (0, "")
    assert len(ran.out.split()) == 20
