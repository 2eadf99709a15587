"""The differences from the AWS CLI, with reasons: the source of smrt-differences(7)."""

SUMMARY = "Differences between smrt and the AWS CLI."

DIFFERENCES = (
    (
        "streaming, waiting, local endpoints",
        "not available",
        "available: smrt invoke-endpoint-with-response-stream, --wait, smrt wait, smrt local",
        "scripts need them",
    ),
    (
        "invalid base64",
        "invalid characters are silently ignored",
        "an error, with the option to use instead",
        "you would pay for a request with garbage in it",
    ),
    (
        "a lost connection, Ctrl-C, SIGTERM",
        "a partial outfile",
        "the outfile is unchanged",
        "a file that exists is complete",
    ),
    (
        "the outfile",
        "required, and has to be a file",
        "optional; by default, or with -, the body goes to standard output",
        "responses can be piped",
    ),
    (
        "an invalid outfile, format or query",
        "an error after the call",
        "an error before the call",
        "you do not pay for a call whose response cannot be used",
    ),
    (
        "read timeouts",
        "60 s, and up to 2 retries",
        "70 s (60 s for invoke-endpoint-async), and no retries without --retry-timeouts",
        "models may take 60 s, and may still run when the timeout expires",
    ),
    (
        "throttling",
        "an HTTP 429 without a throttling code, and a container that is busy, are errors at once",
        "retried: a 429 with an unknown code, a ModelError with OriginalStatusCode 429 or 503",
        "a retry succeeds when the load is over; newer versions of boto3 retry a 429, too",
    ),
    (
        "standard input",
        "file:///dev/stdin on some systems",
        "--body -, --cli-input-json -",
        "requests can be piped",
    ),
    (
        "--cli-input-json, --generate-cli-skeleton",
        "for invoke-endpoint-async only",
        "for every command that calls an endpoint",
        "one way works for all commands",
    ),
    (
        "a broken pipe",
        "a traceback, exit status 120 or 255",
        "no message, exit status 141",
        "smrt ... | head is not an error",
    ),
    (
        "errors as JSON, YAML, text or a table",
        "errors of the service, and some others",
        "all errors",
        "programs can parse every error",
    ),
    (
        "a missing parameter in an input file",
        "reported by its name in the API",
        "reported by the name of its option, too",
        "the option is what you type",
    ),
    (
        "option names",
        "can be abbreviated",
        "have to be complete; the nearest match is suggested",
        "an abbreviation can change its meaning when an option is added",
    ),
    (
        "help",
        "help as the last word",
        "--help and -h, too",
        "most programs have them",
    ),
    (
        "NO_COLOR",
        "ignored",
        "disables color under --color auto",
        "https://no-color.org",
    ),
    (
        "an empty endpoint name",
        "sent to the service",
        "an error",
        "no endpoint has this name",
    ),
    (
        "invalid base64 or numbers, a missing profile",
        "exit status 255",
        "exit status 252 or 253",
        "AWS documents these numbers for such errors",
    ),
    (
        "an asynchronous body of more than 128,000 bytes",
        "sent to the service",
        "an error before the request; --stage uploads it to S3",
        "the service rejects it",
    ),
    (
        "a wrong system clock",
        "every call fails",
        "the call is signed again, once, with the time of the service",
        "clocks drift while laptops and containers sleep",
    ),
    (
        "trusted CAs by default",
        "a CA bundle of its own",
        "the system's CA directory if OpenSSL has indexed it, else botocore's bundle",
        "the CAs of your system count, and loading a bundle takes longer than a call",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "ignored",
        "a CA bundle or directory, after --ca-bundle, AWS_CA_BUNDLE and REQUESTS_CA_BUNDLE",
        "OpenSSL, curl and Python use them",
    ),
    (
        "control characters on a terminal",
        "printed; a response can change the title or the clipboard",
        "escaped as in JSON (\\u001b), except in a raw body; pipes and files get the bytes",
        "responses must not control your terminal",
    ),
    (
        "secrets",
        "--debug can print the access key ID, the request and the response",
        "signatures, secret keys, tokens and passwords in URLs are masked everywhere",
        "logs are shared",
    ),
    (
        "a global option between another option and its value",
        "accepted in some positions (--endpoint-name --debug NAME)",
        "an error",
        "OUTFILE is optional here, so a forgotten value could not be recognized before the call",
    ),
    (
        "error messages of the service",
        "end with the details that the service models",
        "name the RequestId, too (in the format enhanced)",
        "AWS Support asks for it",
    ),
    (
        "characters missing from the output encoding",
        "an error after the call",
        "escaped as in JSON (\\u00e9); an error handler in PYTHONIOENCODING is used",
        "the call is paid for",
    ),
    (
        "a response of invoke-endpoint-async that is not JSON",
        "an error, and the fields in its headers are lost",
        "a warning, and the fields in its headers are printed",
        "they locate the result",
    ),
    (
        "--output text with scalars, lists and objects in one list",
        "an error after the call",
        "scalars on one line, then the others",
        "the call is paid for",
    ),
    (
        "--prefix-aware-id",
        "not available in 2.36.7",
        "available",
        "the service has it",
    ),
    (
        "--dry-run",
        "not available",
        "prints the signed request, masked, and sends nothing",
        "a request can be checked without paying for it",
    ),
    (
        "--color on",
        "colors tables",
        "colors JSON and YAML, too, on a terminal",
        "a terminal is read by people; pipes and files stay as they are",
    ),
    (
        "auto-prompt without a terminal",
        "a warning, control characters on standard output, exit status 255",
        "one error line, exit status 252",
        "scripts get a clear error",
    ),
)
"""Topic, behavior of aws, behavior of smrt, and the reason."""
