"""A model that talks: it counts the words of each message while messages come."""


def model_fn(model_dir):
    """There is nothing to load."""


def stream_fn(model, messages, context):  # noqa: ARG001 - the signature that smrt calls
    """Respond to each message at once; at the end of the input, say goodbye."""
    total = 0
    for message in messages:
        words = len(message.split())
        total += words
        yield f"{words} words, {total} in all"
    yield f"goodbye after {total} words"
