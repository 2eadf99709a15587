"""The options of `smrt batch`, as rows."""

from smrt.batching.progress_modes import MODES
from smrt.batching.records.record_formats import FORMATS
from smrt.invoke.option_table import GLOBALS, STAGE, STREAM, Row, member_row
from smrt.protocol.operations import INVOKE_ENDPOINT, INVOKE_ENDPOINT_ASYNC

_DATA, _RUN, _JOB = "records", "run", "job"
QUEUE_MEMBERS = ("S3OutputPathExtension", "RequestTTLSeconds", "InvocationTimeoutSeconds")
INPUT = Row(
    "",
    "input",
    "File of records (JSON lines, CSV, text), folder of files, object or prefix/ in S3, or - for "
    "standard input.",
    "request",
    "INPUT_FILE",
)
OUTPUT = Row(
    "",
    "output_path",
    "File for the results, folder for the results of a folder, object or prefix/ in S3, or - for "
    "standard output.",
    "output",
    "OUTPUT_FILE",
)
_REFUSED = ("--metadata", "--generate-cli-skeleton", "--wait-ready", "--dry-run", "--output")
_MEMBERS = tuple(
    member_row(member)._replace(group="request")
    for member in INVOKE_ENDPOINT.members
    if member.name != "Body"
)
_RECORDS = (
    Row("--format", "format", "Format of the records; by default, the first record decides.",
        _DATA, "FORMAT", FORMATS),
    Row("--split-type", "split_type", "Line: each line is a record. None: each file is one.",
        _DATA, "TYPE", ("None", "Line"), "None for folders and prefixes, else Line"),
    Row("--s3-data-type", "s3_data_type",
        "S3Prefix: INPUT_FILE is a prefix, also without / at its end. ManifestFile: it is an "
        "object that names others.", _DATA, "TYPE", ("S3Prefix", "ManifestFile")),
    Row("--batch-strategy", "batch_strategy", "Send one record per request, or as many as fit.",
        _DATA, "STRATEGY", ("SingleRecord", "MultiRecord"), "SingleRecord"),
    Row("--max-payload-in-mb", "max_payload_in_mb", "Largest request body in MB; 0 is no limit.",
        _DATA, "MB", default="6 with MultiRecord, else none"),
    Row("--max-records-per-request", "max_records_per_request",
        "Most records in a request, with MultiRecord.", _DATA, "COUNT"),
    Row("--csv-header", "csv_header",
        "First row of a CSV file: a record (none), dropped (skip), or sent with each request "
        "(keep).", _DATA, "WHICH", ("none", "skip", "keep"), "none"),
    Row("--input-filter", "input_filter", "JSONPath of what is sent of each record.",
        _DATA, "JSONPATH", default="$"),
    Row("--output-filter", "output_filter",
        "JSONPath of what is written of each result; with --join-source Input, the response is "
        "SageMakerOutput.", _DATA, "JSONPATH", default="$"),
    Row("--join-source", "join_source", "Input: join each record with its response.",
        _DATA, "SOURCE", ("None", "Input"), "None"),
    Row("--assemble-with", "assemble_with",
        "Line: write responses as lines. None: write JSON lines with recordId and modelOutput.",
        _DATA, "TYPE", ("None", "Line"), "Line for CSV, else None"),
    Row("--output-split", "output_split",
        "JMESPath of the list with a result for each record of a request.", _DATA, "JMESPATH"),
    Row("--no-keep-order", "no_keep_order",
        "Print results as they arrive instead of in the order of the input.", _DATA),
    Row("--details", "details",
        "Add request ID, status, attempts and seconds to each JSON line.", _DATA),
    Row("--limit", "limit", "Read only this many records.", _DATA, "COUNT"),
    Row("--errors", "errors", "Save the input lines of failed records to this file.",
        _DATA, "FILE"),
)  # fmt: skip
_STREAMING = (
    Row("--streaming", "streaming", "Use the streaming operation, and join the response.", _DATA),
    *(row for row in STREAM if row.dest in ("text", "chat")),
)
_QUEUE = (
    Row("--async", "is_queued",
        "Queue the requests at an asynchronous endpoint, and collect the results from S3.", _DATA),
    STAGE._replace(
        help="With --async, upload each body below this S3 URI; otherwise it has at most 128,000 "
        "bytes.",
        group=_DATA,
    ),
    Row("--max-in-queue", "max_in_queue", "With --async, most requests without a result.",
        _DATA, "COUNT", default="1000"),
    *(
        member_row(member)._replace(group="request")
        for member in INVOKE_ENDPOINT_ASYNC.members
        if member.name in QUEUE_MEMBERS
    ),
)  # fmt: skip
_CALLS = (
    Row("--concurrency", "concurrency",
        "Most requests in flight; the number adapts to the endpoint up to it.",
        _RUN, "COUNT", default="64"),
    Row("--request-rate", "request_rate", "Most requests per second.", _RUN, "RATE"),
    Row("--workers", "workers", "Number of processes that send.", _RUN, "COUNT", default="1"),
    Row("--max-errors", "max_errors",
        "Stop when more records have failed: a number, or a percentage (judged from 100 records "
        "on).", _RUN, "COUNT|P%"),
    Row("--max-requests", "max_requests",
        "Stop after this many requests, over all runs of the job.", _RUN, "COUNT"),
    Row("--partition-size", "partition_size",
        "Bytes of the input in a partition, the unit of work; suffixes K and M.", _RUN, "BYTES"),
    Row("--dry-run", "dry_run", "Count records, requests and bytes, and send nothing.", _RUN),
    Row("--progress", "progress",
        "How progress is shown on standard error; auto: a bar on a terminal, else lines.",
        _RUN, "HOW", MODES, "auto"),
    Row("--wait-ready", "wait_ready",
        "Retry for up to this many seconds while the model loads or scales up from zero.",
        "connection", "SECONDS", default="600"),
)  # fmt: skip
_JOBS = (
    Row("--job", "job",
        "Folder or S3 URI for the state of the job; it remains after success.",
        _JOB, "FOLDER", default="OUTPUT.job, removed after success"),
    Row("--resume", "resume", "Go on with a job, or start it.", _JOB),
    Row("--retry-failed", "retry_failed", "Send the failed records of a job again.", _JOB),
    Row("--in-doubt", "in_doubt",
        "Records that were in flight when a run died: resend them (at least once), or skip them "
        "(at most once).", _JOB, "WHAT", ("resend", "skip"), "resend"),
    Row("--join", "join",
        "Share the work on this job with other processes and machines. All but the first need no "
        "INPUT_FILE and OUTPUT_FILE.", _JOB, "FOLDER"),
    Row("--lease", "lease",
        "With --join, seconds after which others take over the work of a process that is not "
        "heard of.", _JOB, "SECONDS", default="60"),
    Row("--engine", "engine",
        "Start --workers processes on a cluster; each joins the job, which is in S3 or in a folder "
        "that the cluster shares.", _JOB, "ENGINE", ("ray",)),
    Row("--address", "address",
        "With --engine, the cluster: auto, local, or HOST:PORT.", _JOB, "ADDRESS",
        default="auto"),
    Row("--status", "status", "Print the counts of the job in this folder.", _JOB, "FOLDER"),
    Row("--stop", "stop",
        "Stop all processes of the job in this folder; a second time, at once.", _JOB, "FOLDER"),
)  # fmt: skip
_SUMMARY = Row(
    "--output", "output", "Format of the summary.", "output", "FORMAT",
    next(row.choices for row in GLOBALS if row.flag == "--output"), "json",
)  # fmt: skip
_KEPT = tuple(row for row in GLOBALS if row.flag not in _REFUSED)
ROWS = (*_MEMBERS, *_RECORDS, *_STREAMING, *_QUEUE, *_CALLS, *_JOBS, _SUMMARY, *_KEPT)
