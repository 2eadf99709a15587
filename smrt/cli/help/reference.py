"""The reference parts of man pages: exit statuses, environment, files, limits and permissions."""

from smrt.errors import ExitCode

STATUSES = {
    ExitCode.OK: "The call succeeded.",
    ExitCode.FAILED: "smrt batch: some records failed. smrt local check: a check failed. "
    "smrt local status: no server runs.",
    ExitCode.THRESHOLD_MISSED: "smrt bench: a threshold was missed.",
    ExitCode.NOT_EXECUTABLE: "smrt local run: COMMAND cannot be executed.",
    ExitCode.NOT_FOUND: "smrt local run: COMMAND was not found.",
    ExitCode.INTERRUPTED: "Interrupted with Ctrl-C.",
    ExitCode.PIPE: "Broken pipe: the program that reads standard output closed it.",
    ExitCode.USAGE: "Invalid command line or parameter. The endpoint was not called.",
    ExitCode.CONFIGURATION: "Configuration, credentials or Region are missing or invalid. The "
    "endpoint was not called.",
    ExitCode.SERVICE: "The service returned an error, or the model failed.",
    ExitCode.GENERAL: "Any other error: a lost connection, a timeout, a file that cannot be "
    "written, a query that does not match the response.",
}

ENVIRONMENT = {
    "AWS_PROFILE, AWS_DEFAULT_PROFILE": "Profile; --profile overrides it.",
    "AWS_REGION, AWS_DEFAULT_REGION": "Region; --region overrides it.",
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN": "Credentials; ignored with "
    "--profile.",
    "AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_SESSION_NAME": "Role to assume with a "
    "web identity (OIDC) token.",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI": "URL of the "
    "credentials of an ECS task or EKS pod.",
    "AWS_EC2_METADATA_DISABLED": "true: do not use the EC2 instance metadata service.",
    "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE": "Paths of the AWS configuration files.",
    "SMRT_ENDPOINT_NAME": "Name of the endpoint; --endpoint-name and input files override it.",
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME, AWS_ENDPOINT_URL": "Endpoint URL; --endpoint-url "
    "overrides it. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true ignores it.",
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2": "Endpoint URL for bidirectional streams.",
    "AWS_ENDPOINT_URL_S3": "Endpoint URL of S3, for --wait, --stage and smrt wait.",
    "AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT": "true: use FIPS or dual-stack endpoints.",
    "AWS_CA_BUNDLE": "CA bundle; --ca-bundle overrides it.",
    "REQUESTS_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR": "CA bundle (SSL_CERT_DIR: a directory), if "
    "neither AWS_CA_BUNDLE nor ca_bundle in the profile is set; the first of them counts.",
    "AWS_MAX_ATTEMPTS": "Maximum number of attempts, including the first (default: 3).",
    "AWS_RETRY_MODE": "standard or adaptive; both retry alike, as each run makes one call.",
    "AWS_DEFAULT_OUTPUT": "Format of the metadata; --output overrides it.",
    "AWS_CLI_ERROR_FORMAT": "Format of error messages; --cli-error-format overrides it.",
    "AWS_CLI_AUTO_PROMPT": "on, on-partial or off.",
    "AWS_CLI_FILE_ENCODING, AWS_CLI_OUTPUT_ENCODING": "Encoding of file:// text and of the output.",
    "AWS_PAGER, PAGER": "Pager for metadata on a terminal; an empty value disables it.",
    "HTTP_PROXY, HTTPS_PROXY, NO_PROXY": "Proxies, and hosts that bypass them; lowercase names "
    "work too.",
    "NO_COLOR": "Disable color; --color on overrides it.",
}

FILES = {
    "~/.aws/config, ~/.aws/credentials": "AWS configuration files, shared with the AWS CLI. In a "
    "profile, smrt_endpoint_name, smrt_content_type and smrt_accept are defaults of the options "
    "--endpoint-name, --content-type and --accept.",
    "~/.aws/cli/cache, ~/.aws/sso/cache": "Temporary credentials, shared with the AWS CLI.",
    "~/.cache/smrt": "Names of your endpoints, for completion; below XDG_CACHE_HOME if it is set.",
}

_PAYLOAD = {
    "Real-time endpoints": "Input and response of up to 25 MB each.",
    "Serverless endpoints": "Input and response of up to 4 MB each; processing time of up to 60 "
    "seconds.",
}
_ASYNC_LIMITS = {
    "Input in S3": "Up to 1 GB.",
    "Inline input (--body without --stage)": "Up to 128,000 bytes.",
    "Time in the queue": "6 hours, or as --request-ttl-seconds sets: 60 to 21600.",
    "Processing time": "15 minutes, or as --invocation-timeout-seconds sets: up to 60 minutes.",
}
LIMITS = {
    "smrt invoke-endpoint": {
        **_PAYLOAD,
        "Processing time": "60 seconds. AWS recommends a read timeout of 70 seconds for models "
        "that take 50 to 60 seconds; that is the default here.",
    },
    "smrt invoke-endpoint-with-response-stream": {
        **_PAYLOAD,
        "Processing time": "8 minutes for the whole stream. The read timeout is the longest time "
        "without a chunk.",
    },
    "smrt invoke-endpoint-async": _ASYNC_LIMITS,
    "smrt invoke-endpoint-with-bidirectional-stream": {
        "Time of a stream": "30 minutes. smrt prints a warning after 28 minutes.",
    },
}
"""The limits of the service: https://docs.aws.amazon.com/sagemaker/latest/dg/deploy-model-options.html
and https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html"""

OWN_LIMITS = {
    "Text of an option (file://, fileb://)": "1 MiB. --body has no limit.",
    "Input document (--cli-input-json, --cli-input-yaml)": "64 MiB.",
    "Line, event or value of a stream (--stream)": "64 MiB. --stream raw has no limit.",
    "Metadata in the body of an asynchronous response, --from": "1 MiB.",
    "Depth of JSON": "100 levels of objects and arrays, in what smrt parses: metadata, errors, "
    "events, input documents.",
    "Error message": "10,000 characters of a message or detail are printed; --cli-error-format "
    "json prints all.",
    "Read timeout (--cli-read-timeout)": "The longest time without a byte, not the time of the "
    "whole response: a response that never stops is not cut.",
}
"""What smrt itself limits, so that its memory does not depend on what it reads."""

_READ_RESULT = {
    "s3:GetObject": "Read the result, or the error of the model.",
    "s3:ListBucket": "Wait for the result: without it, S3 returns 403 and not 404 while the result "
    "is pending.",
}
_INVOKE = {"sagemaker:InvokeEndpoint": "On the endpoint."}
PERMISSIONS = {
    "smrt invoke-endpoint": _INVOKE,
    "smrt invoke-endpoint-with-response-stream": _INVOKE,
    "smrt invoke-endpoint-async": {
        "sagemaker:InvokeEndpointAsync": "On the endpoint.",
        "s3:PutObject": "Upload the input with --stage.",
        "s3:GetObject, s3:ListBucket": "Wait for the result with --wait; see smrt-wait(1).",
    },
    "smrt invoke-endpoint-with-bidirectional-stream": {
        "sagemaker:InvokeEndpointWithBidirectionalStream": "On the endpoint.",
    },
    "smrt wait": _READ_RESULT,
    "smrt completion": {"sagemaker:ListEndpoints": "Complete the names of your endpoints."},
}
"""The IAM actions that a command needs, and their purposes."""
