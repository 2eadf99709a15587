"""What is not as with the AWS CLI, and why: the source of smrt-differences(7)."""

SUMMARY = "What smrt does otherwise than the AWS CLI."

DIFFERENCES = (
    (
        "streams, waiting, a local endpoint",
        "not there",
        "there: smrt invoke-endpoint-with-response-stream, --wait and smrt wait, smrt local",
        "that is what people write scripts around",
    ),
    (
        "invalid base64",
        "characters that are none of base64's are dropped in silence",
        "refused, with what to write instead",
        "the model would be paid for reading rubbish",
    ),
    (
        "a broken transfer, Ctrl-C, SIGTERM",
        "half an outfile",
        "the outfile as it was",
        "a file that is there is a file that is whole",
    ),
    (
        "the outfile",
        "has to be a file",
        "- or none is standard output",
        "an answer can go into a pipe",
    ),
    (
        "an outfile, format or query that cannot work",
        "found when the model has been paid for",
        "found before",
        "a mistake should cost nothing",
    ),
    (
        "a read timeout",
        "the request is sent again, twice, after 60 s",
        "told, and not sent again; --cli-read-timeout is 70 s by default for invoke-endpoint",
        "the model may still be at work, and may take 60 s",
    ),
    (
        "standard input",
        "at best file:///dev/stdin",
        "--body -, --cli-input-json -",
        "the request can come out of a pipe",
    ),
    (
        "--cli-input-json, --generate-cli-skeleton",
        "for the asynchronous command alone",
        "for every command that calls the service",
        "one habit serves them all",
    ),
    (
        "a closed pipe",
        "a traceback, 120 or 255",
        "quiet, 141",
        "head is no failure",
    ),
    (
        "failures as JSON, YAML, text or a table",
        "those of the service, and some others",
        "all of them",
        "a program reads one format",
    ),
    (
        "a value that is missing in an input file",
        "its name in the API",
        "the name of its option too",
        "that is what can be typed",
    ),
    (
        "option names",
        "may be abbreviated",
        "in full; the nearest is suggested",
        "an abbreviation changes its meaning when an option is added",
    ),
    (
        "help",
        "help as the last word",
        "--help and -h too",
        "that is what people type",
    ),
    (
        "colour",
        "NO_COLOR is not heeded",
        "heeded under --color auto",
        "https://no-color.org",
    ),
    (
        "an empty endpoint name",
        "sent",
        "refused",
        "no endpoint has it",
    ),
    (
        "mistakes on this machine that end with 255",
        "bad base64, bad numbers, a missing profile",
        "252 or 253",
        "that is what AWS documents for them",
    ),
    (
        "an asynchronous body over 128,000 bytes",
        "sent",
        "refused before it is sent",
        "the service takes no more",
    ),
    (
        "a clock that is wrong",
        "every call is refused",
        "the service's time is taken, and the call sent once more",
        "a sleeping laptop or container sets its clock late",
    ),
    (
        "certificates to trust, where none are named",
        "a bundle of its own",
        "the machine's, where OpenSSL finds them by name; else the same bundle",
        "the machine's own authorities count, and opening the bundle takes longer than a call",
    ),
    (
        "control characters on a terminal",
        "sent to it: a response can set its title or clipboard",
        "escaped as in JSON (\\u001b), except in a raw body; pipes and files get the bytes",
        "only the terminal's user steers it",
    ),
    (
        "secrets",
        "an access key id, the body and its answer may stand in --debug",
        "signatures, keys, tokens and the passwords in URLs are masked everywhere",
        "logs are read by others",
    ),
    (
        "auto-prompt without a terminal",
        "a warning, noise on standard output, 255",
        "one line, 252",
        "a script learns what to change",
    ),
)
"""Topic, what aws does, what smrt does, and the reason."""
