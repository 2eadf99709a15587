"""A model that talks: it counts the words of each message while messages come.

It also counts in stateful sessions, which a client opens with the session ID NEW_SESSION and the
input {"requestType": "NEW_SESSION"}, and closes with {"requestType": "CLOSE"}. Any other input is
text, and the output is {"words": 2, "total": 5}.
"""

import json
import time
import uuid

SESSION = "X-Amzn-SageMaker-Session-Id"
NEW = "NEW_SESSION"
SECONDS = 1200


def model_fn(model_dir):  # noqa: ARG001 - the toolkit's signature
    """The total of each open session; there is nothing to load."""
    return {}


def stream_fn(model, messages, context):  # noqa: ARG001 - the signature that smrt calls
    """Respond to each message at once; at the end of the input, say goodbye."""
    total = 0
    for message in messages:
        words = len(message.split())
        total += words
        yield f"{words} words, {total} in all"
    yield f"goodbye after {total} words"


def transform_fn(model, body, content_type, accept, context):  # noqa: ARG001 - the toolkit's signature
    """Open or close a session, or count words, in a session or without one."""
    session = context.get_request_header(0, SESSION)
    if session == NEW:
        return opened(model, context), "application/json"
    if session is not None and session not in model:
        context.set_response_status(400, "Bad Request")
        return f"there is no session {session}"
    if session is not None and request_type(body) == "CLOSE":
        context.set_response_header(0, "X-Amzn-SageMaker-Closed-Session-Id", session)
        return json.dumps({"total": model.pop(session)}) + "\n", "application/json"
    words = len(body.split())
    total = model.get(session, 0) + words
    if session is not None:
        model[session] = total
    return json.dumps({"words": words, "total": total}) + "\n", "application/json"


def opened(model, context):
    """Open a session; its ID and the time when it expires are in a header."""
    session = str(uuid.uuid4())
    model[session] = 0
    expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + SECONDS))
    header = f"{session}; Expires={expires}"
    context.set_response_header(0, "X-Amzn-SageMaker-New-Session-Id", header)
    return json.dumps({"total": 0})


def request_type(body):
    """The type of a request about the session; None for text."""
    try:
        return json.loads(body)["requestType"]
    except (ValueError, TypeError, KeyError):
        return None
