"""What smrt heeds and touches beyond its command line, and the numbers that it ends with."""

from smrt.errors import ExitCode

STATUSES = {
    ExitCode.OK: "The call succeeded.",
    ExitCode.NOT_EXECUTABLE: "smrt local run: the command cannot be run.",
    ExitCode.NOT_FOUND: "smrt local run: there is no such command.",
    ExitCode.INTERRUPTED: "Ctrl-C.",
    ExitCode.PIPE: "The reader of standard output went away.",
    ExitCode.USAGE: "The command line, or a value in it, is wrong; the endpoint was not called.",
    ExitCode.CONFIGURATION: "Configuration, credentials or region are missing or wrong; the "
    "endpoint was not called.",
    ExitCode.SERVICE: "The service answered with an error, or the model failed.",
    ExitCode.GENERAL: "Anything else: the connection, a file, a query that fails on the answer.",
}

ENVIRONMENT = {
    "AWS_PROFILE, AWS_DEFAULT_PROFILE": "The profile, where --profile names none.",
    "AWS_REGION, AWS_DEFAULT_REGION": "The region, where --region names none.",
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN": "Credentials; --profile "
    "switches them off.",
    "AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_SESSION_NAME": "A role that is assumed "
    "with a token.",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI": "Where a "
    "container gets its credentials.",
    "AWS_EC2_METADATA_DISABLED": "true: ask no instance metadata for region or credentials.",
    "AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE": "The two files of profiles.",
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME, AWS_ENDPOINT_URL": "The address to call, where "
    "--endpoint-url names none; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true passes it over.",
    "AWS_ENDPOINT_URL_S3": "The address of S3, for what waits and stages.",
    "AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT": "true: call that kind of endpoint.",
    "AWS_CA_BUNDLE": "Certificates to trust, where --ca-bundle names none.",
    "AWS_MAX_ATTEMPTS, AWS_RETRY_MODE": "How many times a call is tried, the first included "
    "(3), and standard or adaptive.",
    "AWS_DEFAULT_OUTPUT": "The format of metadata, where --output names none.",
    "AWS_CLI_ERROR_FORMAT": "The format of failures, where --cli-error-format names none.",
    "AWS_CLI_AUTO_PROMPT": "on, on-partial or off.",
    "AWS_CLI_FILE_ENCODING, AWS_CLI_OUTPUT_ENCODING": "The encodings of text that is read with "
    "file://, and of what is printed.",
    "AWS_PAGER, PAGER": "The pager of metadata on a terminal; empty for none.",
    "HTTP_PROXY, HTTPS_PROXY, NO_PROXY": "Proxies, and hosts that need none; small letters do too.",
    "NO_COLOR": "Print no colours, unless --color on asks for them.",
}

FILES = {
    "~/.aws/config, ~/.aws/credentials": "Profiles, shared with the AWS CLI.",
    "~/.aws/cli/cache, ~/.aws/sso/cache": "Temporary credentials, shared with the AWS CLI.",
    "~/.cache/smrt": "The names of endpoints, for completion ($XDG_CACHE_HOME is heeded).",
}
