"""The options of `smrt bench`, as rows."""

from smrt.batching.records.record_formats import FORMATS
from smrt.invoke.option_table import DATA, GLOBALS, JSON, Row

ARRIVALS = ("constant", "poisson")
ROWS = (
    DATA,
    JSON,
    Row("--streaming", "streaming", "Call the endpoint for response streams.", "request"),
    Row(
        "--input",
        "input",
        "Send the records of this file or folder in turn, instead of --body; - for standard input.",
        "request",
        "FILE",
    ),
    Row(
        "--format",
        "format",
        "Format of the records; by default it is detected.",
        "request",
        "FORMAT",
        FORMATS,
    ),
    Row("--shuffle", "shuffle", "Send the records in random order.", "request"),
    Row(
        "--concurrency",
        "concurrency",
        "Callers that each wait for a response before the next request; a list runs one level "
        "after the other.",
        "load",
        "LIST",
        default="1",
    ),
    Row(
        "--request-rate",
        "request_rate",
        "Requests per second, sent whether or not earlier ones have ended; a list runs one level "
        "after the other.",
        "load",
        "LIST",
    ),
    Row(
        "--arrival",
        "arrival",
        "Times between the requests of a rate: all the same, or random as from many users.",
        "load",
        "PROCESS",
        ARRIVALS,
        "constant",
    ),
    Row(
        "--request-count",
        "request_count",
        "Requests of each level.",
        "load",
        "COUNT",
        default="200, or 10 for each caller if that is more",
    ),
    Row("--duration", "duration", "Seconds of each level, instead of a count.", "load", "SECONDS"),
    Row(
        "--ramp-up",
        "ramp_up",
        "Seconds in which the load of a level rises; not measured.",
        "load",
        "SECONDS",
        default="0",
    ),
    Row(
        "--warmup-requests",
        "warmup_requests",
        "Requests before those that are measured.",
        "load",
        "COUNT",
        default="the concurrency; the requests of a second for a rate, at most 10",
    ),
    Row(
        "--grace-period",
        "grace_period",
        "Seconds to wait for responses at the end of a level; later ones are errors.",
        "load",
        "SECONDS",
        default="30",
    ),
    Row(
        "--max-concurrency",
        "max_concurrency",
        "Drop requests of a rate, as errors, while this many are in flight.",
        "load",
        "COUNT",
    ),
    Row(
        "--find-max-concurrency",
        "find_max_concurrency",
        "Search for the highest concurrency, up to 256, at which all of the following hold; each "
        "level takes --duration (default: 30).",
        "search",
    ),
    *(
        Row(f"--{name}-sla-ms", f"{name}_sla_ms", f"Highest {what}.", "search", "MILLISECONDS")
        for name, what in (
            ("ttft", "time to first token"),
            ("tpot", "time per output token"),
            ("e2e", "latency"),
        )
    ),
    Row(
        "--error-rate-sla",
        "error_rate_sla",
        "Highest percentage of errors.",
        "search",
        "PERCENT",
        default="1",
    ),
    Row(
        "--sla-percentile",
        "sla_percentile",
        "Percentile of the latencies that has to hold.",
        "search",
        "PERCENTILE",
        default="95",
    ),
    Row("--seed", "seed", "Seed of everything random; printed in reports.", "load", "NUMBER"),
    Row(
        "--tokens",
        "tokens",
        "JMESPath expression for the number of tokens, in responses that do not report usage.",
        "output",
        "JMESPATH",
    ),
    Row(
        "--goodput",
        "goodput",
        "Count responses within these milliseconds, as time_to_first_token:100 "
        "inter_token_latency:10.",
        "output",
        "GOALS",
    ),
    Row(
        "--threshold",
        "threshold",
        "Exit with 99 unless this holds in each level, as latency:p(99)<250ms or errors<1%; can be "
        "repeated.",
        "output",
        "CONDITION",
        is_repeatable=True,
    ),
    Row(
        "--report",
        "report",
        "Write a report in the format of the suffix: .html, .svg, .json, .csv or .jsonl; can be "
        "repeated.",
        "output",
        "FILE",
        is_repeatable=True,
    ),
)
CONNECTION_ROWS = tuple(
    row
    for row in GLOBALS
    if (row.group == "connection" and row.dest not in ("retry_timeouts", "wait_ready"))
    or row.dest in ("cli_binary_format", "cli_error_format", "debug")
)
