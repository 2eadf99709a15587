"""Generate a story word by word with a trigram model, using only the standard library.

The text is Alice's Adventures in Wonderland (Lewis Carroll, 1865; in the public domain). Each word
is chosen at random from those that follow the two previous words in the book.

Input application/json: {"messages": [{"role": "user", "content": "The Queen"}], "max_tokens": 100}.
The story continues the last words of the last message (or of "prompt") if they are in the book. All
members are optional. Others are "seed" for a reproducible story, "words_per_second" for a slower
one, and "stream": false for a single response.

Output text/event-stream: chunks in the format of OpenAI's chat completions, one per word. A token
is a word.
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
MAX_WORDS = 4096
THE_END = ""


class UnsupportedFormatError(ValueError):
    """An unsupported content type; the inference toolkit recognizes this name."""


def model_fn(model_dir):
    """Load the book."""
    return Book((Path(model_dir) / "alice.txt").read_text(encoding="utf-8"))


def transform_fn(model, body, content_type, accept):  # noqa: ARG001 - the toolkit's signature
    """Stream the story; an invalid request is an error before the first chunk."""
    if content_type != "application/json":
        raise UnsupportedFormatError(f"send application/json, not {content_type}")
    options = parse_request(json.loads(body or "{}"))
    words = model.story(options["prompt"], random.Random(options["seed"]))  # noqa: S311 - it is a story
    words = islice(words, options["max_tokens"])
    if options["stream"]:
        return events(words, options), "text/event-stream"
    return json.dumps(completion(list(words), options)), "application/json"


class Book:
    """The successors of each word and each pair; a word keeps the space before it."""

    def __init__(self, text):
        paragraphs = [paragraph.split() for paragraph in text.split("\n\n")]
        words = [
            ("\n\n" if position == 0 else " ") + word
            for paragraph in paragraphs
            for position, word in enumerate(paragraph)
        ]
        words.append(THE_END)
        self.openings = [paragraph[:2] for paragraph in paragraphs if len(paragraph) > 1]
        self.following = defaultdict(list)
        for first, second, third in zip(words, words[1:], words[2:], strict=False):
            self.following[plain((first, second))].append(third)
            self.following[plain((second,))].append(third)

    def story(self, prompt, rng):
        """Generate words until the end of the book, continuing `prompt` if its words are in it."""
        last = plain(prompt.split()[-2:])
        if not any(tail in self.following for tail in (last, last[-1:])):
            first, second = rng.choice(self.openings)
            yield first
            yield " " + second
            last = plain((first, second))
        while word := rng.choice(self.following.get(last) or self.following[last[-1:]]):
            yield word
            last = (*last[-1:], *plain((word,)))


def plain(words):
    """Words as keys: without spaces and in lower case."""
    return tuple(word.strip().lower() for word in words)


def parse_request(request):
    """Validate the request and add defaults."""
    if not isinstance(request, dict):
        raise TypeError("the request is no JSON object")
    speed = request.get("words_per_second")
    if speed is not None and not (is_number(speed) and speed > 0):
        raise ValueError(f"words_per_second has to be a number above 0, not {speed!r}")
    max_tokens = request.get("max_tokens", DEFAULT_WORDS)
    if (
        isinstance(max_tokens, bool)
        or not isinstance(max_tokens, int)
        or not 1 <= max_tokens <= MAX_WORDS
    ):
        raise ValueError(f"max_tokens has to be from 1 to {MAX_WORDS}, not {max_tokens!r}")
    seed = request.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise ValueError(f"seed has to be a whole number, not {seed!r}")
    return {
        "prompt": prompt_of(request),
        "max_tokens": max_tokens,
        "seed": seed,
        "pause": 1 / speed if speed else 0,
        "stream": request.get("stream", True) is not False,
    }


def prompt_of(request):
    """The text of the last message, or the prompt."""
    messages = request.get("messages", [{"content": request.get("prompt", "")}])
    try:
        text = messages[-1]["content"]
    except (LookupError, TypeError) as exc:
        raise ValueError('messages has to be a list of {"role": ..., "content": ...}') from exc
    if not isinstance(text, str):
        raise TypeError(f"the content of a message has to be text, not {text!r}")
    return text


def is_number(value):
    """Whether `value` is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def events(words, options):
    """Server-sent events: the role, a chunk for each word, the finish reason, and [DONE]."""
    common = head("chat.completion.chunk")
    yield event(common, {"role": "assistant", "content": ""})
    count = 0
    for count, word in enumerate(words, 1):  # noqa: B007 - the last count is needed
        yield event(common, {"content": word})
        time.sleep(options["pause"])
    yield event(common, {}, reason(count, options))
    yield "data: [DONE]\n\n"


def event(common, delta, finish_reason=None):
    """One server-sent event."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return f"data: {json.dumps({**common, 'choices': [choice]}, ensure_ascii=False)}\n\n"


def completion(words, options):
    """The complete response."""
    message = {"role": "assistant", "content": "".join(words)}
    choice = {"index": 0, "message": message, "finish_reason": reason(len(words), options)}
    return {**head("chat.completion"), "choices": [choice]}


def head(kind):
    """The members that all chunks of a response have in common."""
    completion_id = f"chatcmpl-{uuid.uuid4().hex}"
    return {"id": completion_id, "object": kind, "created": int(time.time()), "model": MODEL}


def reason(count, options):
    """The finish reason after `count` words: the length limit, or the end of the book."""
    return "length" if count == options["max_tokens"] else "stop"
