"""Tells a story, word by word: a trigram model of a book, with the standard library alone.

The book is Alice's Adventures in Wonderland (Lewis Carroll, 1865; in the public domain). Each word
is drawn from those that follow the two words before it there.

In, application/json: {"messages": [{"role": "user", "content": "The Queen"}], "max_tokens": 100}.
The story goes on from the last words of the last message (or of "prompt"), where the book knows
them. All of it may be left out; also understood: "seed" for a story that can be told again,
"words_per_second" for a slower one, and "stream": false for one answer at the end.

Out, text/event-stream: chunks in the shape of OpenAI's chat completions, one per word. A token is
a word.
"""

import json
import random
import time
import uuid
from collections import defaultdict
from itertools import islice
from pathlib import Path

MODEL = "alice-trigram"
DEFAULT_WORDS = 100
MOST_WORDS = 4096
THE_END = ""


class UnsupportedFormatError(ValueError):
    """A content type that is not spoken here; known to the inference toolkit by this name."""


def model_fn(model_dir):
    """What follows each word, and each two, in the book."""
    return Book((Path(model_dir) / "alice.txt").read_text(encoding="utf-8"))


def transform_fn(model, body, content_type, accept):  # noqa: ARG001 - the toolkit's signature
    """The story, as it is told; what is wrong with the request is found before it begins."""
    if content_type != "application/json":
        raise UnsupportedFormatError(f"send application/json, not {content_type}")
    wish = wishes(json.loads(body or "{}"))
    words = model.story(wish["prompt"], random.Random(wish["seed"]))  # noqa: S311 - it is a story
    told = islice(words, wish["max_tokens"])
    if wish["stream"]:
        return events(told, wish), "text/event-stream"
    return json.dumps(completion(list(told), wish)), "application/json"


class Book:
    """Which words follow which; a word keeps the space before it."""

    def __init__(self, text):
        paragraphs = [paragraph.split() for paragraph in text.split("\n\n")]
        words = [
            ("\n\n" if place == 0 else " ") + word
            for paragraph in paragraphs
            for place, word in enumerate(paragraph)
        ]
        words.append(THE_END)
        self.openings = [paragraph[:2] for paragraph in paragraphs if len(paragraph) > 1]
        self.following = defaultdict(list)
        for first, second, third in zip(words, words[1:], words[2:], strict=False):
            self.following[plain((first, second))].append(third)
            self.following[plain((second,))].append(third)

    def story(self, prompt, chance):
        """Words until the book ends; they follow those of `prompt` that it knows."""
        last = plain(prompt.split()[-2:])
        if not any(tail in self.following for tail in (last, last[-1:])):
            first, second = chance.choice(self.openings)
            yield first
            yield " " + second
            last = plain((first, second))
        while word := chance.choice(self.following.get(last) or self.following[last[-1:]]):
            yield word
            last = (*last[-1:], *plain((word,)))


def plain(words):
    """Words as they are looked up: however they are spaced, and whatever their case."""
    return tuple(word.strip().lower() for word in words)


def wishes(request):
    """The request, checked and completed."""
    if not isinstance(request, dict):
        raise TypeError("the request is no JSON object")
    speed = request.get("words_per_second")
    if speed is not None and not (is_number(speed) and speed > 0):
        raise ValueError(f"words_per_second has to be a number above 0, not {speed!r}")
    most = request.get("max_tokens", DEFAULT_WORDS)
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST_WORDS:
        raise ValueError(f"max_tokens has to be from 1 to {MOST_WORDS}, not {most!r}")
    seed = request.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise ValueError(f"seed has to be a whole number, not {seed!r}")
    return {
        "prompt": prompt_of(request),
        "max_tokens": most,
        "seed": seed,
        "pause": 1 / speed if speed else 0,
        "stream": request.get("stream", True) is not False,
    }


def prompt_of(request):
    """The last message's text, or the prompt."""
    messages = request.get("messages", [{"content": request.get("prompt", "")}])
    try:
        text = messages[-1]["content"]
    except (LookupError, TypeError) as exc:
        raise ValueError('messages has to be a list of {"role": ..., "content": ...}') from exc
    if not isinstance(text, str):
        raise TypeError(f"the content of a message has to be text, not {text!r}")
    return text


def is_number(value):
    """Whether JSON gave a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def events(words, wish):
    """Server-sent events: the role, a chunk for each word, why the story ends, and that it does."""
    about = head("chat.completion.chunk")
    yield event(about, {"role": "assistant", "content": ""})
    count = 0
    for count, word in enumerate(words, 1):  # noqa: B007 - the last count is needed
        yield event(about, {"content": word})
        time.sleep(wish["pause"])
    yield event(about, {}, reason(count, wish))
    yield "data: [DONE]\n\n"


def event(about, delta, finish_reason=None):
    """One chunk."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return f"data: {json.dumps({**about, 'choices': [choice]}, ensure_ascii=False)}\n\n"


def completion(words, wish):
    """The whole answer."""
    message = {"role": "assistant", "content": "".join(words)}
    choice = {"index": 0, "message": message, "finish_reason": reason(len(words), wish)}
    return {**head("chat.completion"), "choices": [choice]}


def head(kind):
    """What all chunks of an answer have in common."""
    number = f"chatcmpl-{uuid.uuid4().hex}"
    return {"id": number, "object": kind, "created": int(time.time()), "model": MODEL}


def reason(count, wish):
    """Why a story of so many words has ended: it was long enough, or so is the book."""
    return "length" if count == wish["max_tokens"] else "stop"
