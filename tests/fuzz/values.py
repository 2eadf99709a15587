"""Values of options, variables and settings: valid ones first, then some on which programs break.

No URL and no proxy leads to another host.
"""

from smrt.invoke.option_table import SKELETON

from .sandbox import ENDPOINT, SECRET

VALUES = {
    "SECONDS": ("0", "1", "70", "1e9", "60", "-1", "nan", "inf", "1e400", "9" * 400, "\u0661"),
    "URL": (ENDPOINT, ENDPOINT + "/x?y", f"http://u:{SECRET}@127.0.0.1:1", "http://[", "h:1"),
    "JMESPATH": ("*", "Body", "a.b[0]", "[", "keys(@)", "sort(@)", "`1`", "&a", "a" * 9999),
    "NAME": ("ContentType", "^Body", "*", "^", "Nothing"),
    "FILE": ("new.json", "old.json", "nowhere/x", "", "-", "input.csv"),
    "PROFILE": ("default", "p", "no such", ""),
    "REGION": ("us-east-1", "cn-north-1", "", "x y", "-"),
    "JSON": ("{}", "file://parameters.json", '{"EndpointName":1}', "[" * 9999, "-", "null"),
    "YAML": ("{}", "file://parameters.json", "a: &a [*a]", "- -", "!!python/name:os.system", "-"),
    "INPUT": ("e30=", "fileb://input.csv", "file://input.csv", "-", "fileb://nowhere", "\udcff"),
    "DATA": ("{}", "@input.csv", "@-", "@nowhere", "@", "file://input.csv", "\udcff", "[" * 9999),
    "S3_URI": ("s3://b/k", "s3://b", "s3://", "s3://b/k\n", "http://h"),
    "TYPE": ("application/json", "text/csv", "a\r\nX: y", "\xe4", ""),
    "ENDPOINT": ("e", "my-endpoint", "-e", "a/b", "", "\u2028", "e" * 64),
    "TEXT": ("a", "", "\t", "\x1b[2J", "\U0001f600", "a=b", "'", "a" * 9999),
}
HOSTILE = (
    *("--", "-", "help", "--help", "-h", "--version", "--debug", "=", "--=", "--x", "-1", ""),
    *("sagemaker-runtime", "invoke-endpoint", "wait", "completion", "local", "run", "bash"),
    *(
        SKELETON,
        f"{SKELETON}=",
        "--dry-run",
        "--dry-run=curl",
        "-iv",
        "--cli-auto-prompt",
        "--wait-timeout=0",
        "--install",
    ),
)
NUMBERS = ("1", "2", "0", "-1", "x", "", "9" * 5000, "1.5", "\u0661")
FORMATS = ("json", "table", "text", "yaml", "yaml-stream", "off", "enhanced", "legacy", "x", "")
CODECS = (
    "utf-8",
    "ascii",
    "utf-16",
    "rot13",
    "base64",
    "idna",
    "punycode",
    "x",
    "",
    "unicode_escape",
)
SWITCHES = ("true", "false", "", "x", "TRUE")
NAMES = (
    "a",
    "",
    "\udcff",
    "p",
    "default",
    "us-east-1",
    "x y",
    "-",
    "\u2028",
    "\x1b[2J",
    "%",
    "$HOME",
)
SECRETS = (*NAMES, *(SECRET + end for end in ("\n", "\r\n", "\x7f", "\udcff", " ", "\xe4")))
PATHS = ("nowhere", "", "input.csv", ".", "$HOME", "~", "~nobody/x", "\udcff", "a" * 5000)
PROXIES = ("127.0.0.1:1", f"http://u:{SECRET}@127.0.0.1:1", "http://[", "://", "x", f"{SECRET}@")
VARIABLES = {
    "AWS_PROFILE": NAMES,
    "AWS_REGION": NAMES,
    "AWS_ACCESS_KEY_ID": NAMES,
    "AWS_SECRET_ACCESS_KEY": SECRETS,
    "AWS_SESSION_TOKEN": SECRETS,
    "AWS_CREDENTIAL_EXPIRATION": (
        "2020-01-01T00:00:00Z",
        "x",
        "",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01",
    ),
    "AWS_ROLE_ARN": NAMES,
    "AWS_WEB_IDENTITY_TOKEN_FILE": PATHS,
    "AWS_CONFIG_FILE": PATHS,
    "AWS_SHARED_CREDENTIALS_FILE": PATHS,
    "AWS_CA_BUNDLE": PATHS,
    "AWS_MAX_ATTEMPTS": tuple(number for number in NUMBERS if number != "9" * 5000),
    "AWS_RETRY_MODE": ("standard", "adaptive", "legacy", ""),
    "AWS_DEFAULT_OUTPUT": FORMATS,
    "AWS_CLI_ERROR_FORMAT": FORMATS,
    "AWS_CLI_AUTO_PROMPT": ("on", "on-partial", "off", ""),
    "AWS_CLI_FILE_ENCODING": CODECS,
    "AWS_CLI_OUTPUT_ENCODING": CODECS,
    "AWS_USE_FIPS_ENDPOINT": SWITCHES,
    "AWS_USE_DUALSTACK_ENDPOINT": SWITCHES,
    "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": VALUES["URL"],
    "AWS_ENDPOINT_URL_S3": VALUES["URL"],
    "HTTP_PROXY": PROXIES,
    "http_proxy": PROXIES,
    "NO_PROXY": ("*", "127.0.0.1", "127.0.0.0/8", "[", ",,", "::1/129", "1/x"),
    "HOME": ("nowhere",),
    "NO_COLOR": SWITCHES,
}
"""Those that `smrt(1)` lists, but for those that lead to other hosts."""
SETTINGS = {
    "region": NAMES[:2] + NAMES[3:],
    "output": FORMATS,
    "cli_binary_format": ("base64", "raw-in-base64-out", "x", ""),
    "cli_timestamp_format": ("iso8601", "wire", "x"),
    "cli_error_format": FORMATS,
    "cli_pager": ("", "cat"),
    "max_attempts": NUMBERS,
    "retry_mode": ("standard", "legacy", ""),
    "endpoint_url": VALUES["URL"],
    "services": ("s", "", "default"),
    "s3": ("\n  addressing_style = path", "\n  addressing_style = x", "x"),
    "ca_bundle": PATHS[:5],
    "use_fips_endpoint": SWITCHES,
    "tcp_keepalive": SWITCHES,
    "role_arn": ("arn:aws:iam::123456789012:role/r", "", "x"),
    "source_profile": ("default", "p", "no such", ""),
    "credential_source": ("Environment", "EcsContainer", "x"),
    "duration_seconds": NUMBERS,
    "sso_session": ("s", ""),
    "sso_account_id": NUMBERS,
    "credential_process": ("false", "true", "'", "", "nowhere/x", "echo {}"),
    "web_identity_token_file": PATHS[:3],
    "login_session": ("arn:aws:iam::123456789012:user/me", ""),
    "aws_access_key_id": ("AKIDX", ""),
    "aws_secret_access_key": (SECRET, ""),
}
CHARACTERS = "-=, \t\n\x7f'\"\\{}[]$%\u00e9\u2028\udc80\U0001f600"
