import json
from typing import Any

import pytest

from smrt.errors import SmrtError
from smrt.output.generated_text import chat, texts
from smrt.output.query import compile as compiled


def text_of(select: Any, *events: Any) -> list[str]:
    return list(texts((json.dumps(event).encode() for event in events), select))


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"choices": [{"delta": {"content": "Hi"}}]}, ["Hi"]),
        ({"choices": [{"delta": {"role": "assistant"}}]}, []),
        ({"choices": [{"delta": {"content": None}}]}, []),
        ({"choices": [{"delta": {"content": ""}}]}, []),
        ({"choices": [{"message": {"content": "whole"}}]}, ["whole"]),
        ({"choices": [{"text": "Hi"}]}, ["Hi"]),
        ({"choices": [{}]}, []),
        ({"choices": [], "usage": {"total_tokens": 3}}, []),
        ({"choices": [7]}, []),
        ({"token": {"id": 1, "text": " Hi", "special": False}}, [" Hi"]),
        ({"token": {"text": "</s>", "special": True}, "generated_text": "Hi"}, []),
        ({"error": None, "choices": [{"text": "Hi"}]}, ["Hi"]),
        ([1], []),
        (None, []),
    ],
)
def test_chat_supports_the_common_formats(event: Any, text: list[str]) -> None:
    assert text_of(chat, event) == text


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"error": {"message": "out of\nmemory", "code": 500}}, "out of memory"),
        ({"error": "overloaded", "error_type": "overloaded"}, "overloaded"),
        ({"error": {"code": 500}}, '{"code": 500}'),
        ({"error": True}, "true"),
    ],
)
def test_an_error_event_of_the_model_is_an_error(event: Any, message: str) -> None:
    with pytest.raises(SmrtError) as caught:
        text_of(chat, event)
    assert caught.value.message in (
        f"the model reports an error: {message}",
        f"the model reports an error: {json.dumps(event['error'])}",
    )
    assert caught.value.code == "ModelError"


@pytest.mark.parametrize(
    ("expression", "event", "text"),
    [
        ("a.b", {"a": {"b": "x\n"}}, ["x\n"]),
        ("a.c", {"a": {"b": "x"}}, []),
        ("a", {"a": ["x", None, ["y"]]}, ["xy"]),
        ("a", {"a": 1.5}, ["1.5"]),
        ("a", {"a": True}, ["true"]),
        ("@", {"a": "é"}, ['{"a": "é"}']),
    ],
)
def test_the_text_is_the_result_of_the_expression(
    expression: str, event: Any, text: list[str]
) -> None:
    assert text_of(compiled(expression), event) == text


def test_a_character_split_over_two_events_is_joined() -> None:
    frames = [b'"a\\ud83d"', b'"\\ude00b"', b'"\\ude00"', b'"c\\ud83d"', b'"d\\ud83d"']
    assert "".join(texts(frames, lambda event: event)) == "a😀b\ufffdc\ufffdd\ufffd"


def test_invalid_json_is_an_error() -> None:
    with pytest.raises(SmrtError, match="an event is not JSON: 'hello'"):
        list(texts([b"hello"], chat))
