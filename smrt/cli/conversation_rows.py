"""The options of a bidirectional stream, as rows."""

from smrt.invoke.option_table import DATA, DRY_RUN, GLOBALS, JSON, METADATA, Row

BIDIRECTIONAL = (
    METADATA,
    Row(
        "--input-format",
        "input_format",
        "Send each line as a message of text, the input in binary messages of --chunk bytes, or "
        "the message that each line of JSON describes: Text or Bytes (base64), DataType, "
        "CompletionState.",
        "request",
        "FORMAT",
        ("lines", "binary", "json"),
        "lines",
    ),
    Row(
        "--chunk",
        "chunk",
        "Size of binary messages in bytes.",
        "request",
        "BYTES",
        default="3200",
    ),
    Row(
        "--pace",
        "pace",
        "Send binary input at this rate, such as that of live audio.",
        "request",
        "BYTES_PER_SECOND",
    ),
    Row(
        "--first",
        "first",
        "Send this text before the input. Can be repeated.",
        "request",
        "TEXT",
        is_repeatable=True,
    ),
    Row(
        "--at-end",
        "at_end",
        "Send this text after the input, such as the model's own close message.",
        "request",
        "TEXT",
    ),
    Row(
        "--keep-alive",
        "keep_alive",
        "Send this text whenever there is no input for a while.",
        "request",
        "TEXT",
    ),
    Row(
        "--keep-alive-every",
        "keep_alive_every",
        "Seconds without input until --keep-alive is sent.",
        "request",
        "SECONDS",
        default="5",
    ),
    Row(
        "--linger",
        "linger",
        "Seconds to wait for responses, after the input has ended and after each response. Then "
        "the stream is ended, which discards what the model has not sent; 0 ends it at once.",
        "request",
        "SECONDS",
        default="30",
    ),
    Row(
        "--stream",
        "stream",
        "Print each message of text on a line and binary data unchanged, all data unchanged, or "
        "JSON lines, which --input-format json reads.",
        "output",
        "FORMAT",
        ("messages", "raw", "json"),
        "messages",
    ),
    Row(
        "--text",
        "text",
        "Print only the text that this JMESPath expression selects from each message, which is "
        "JSON.",
        "output",
        "JMESPATH",
    ),
)

_DRY_RUN = DRY_RUN._replace(help="Print the request, and send nothing.", attached=("request",))
_DATA = DATA._replace(help=DATA.help.replace(" (raw bytes; its suffix sets the content type)", ""))
_OWN = {DRY_RUN: _DRY_RUN, DATA: _DATA}
SHARED_ROWS = tuple(_OWN.get(row, row) for row in GLOBALS if row != JSON)
"""The global options as they are for a body that has no content type."""
