"""Endpoint URLs are parsed and joined."""

from urllib.parse import quote

import pytest
from botocore.awsrequest import prepare_request_dict
from botocore.utils import is_valid_endpoint_url
from hypothesis import given
from hypothesis import strategies as st

from smrt.errors import ConfigurationError
from smrt.protocol.messages import Url
from smrt.protocol.urls import IN_PATHS, join, parse_url, percent_encoded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://h", Url("http", "h", 80, "/")),
        ("https://h", Url("https", "h", 443, "/")),
        ("HTTPS://Host.Example", Url("https", "host.example", 443, "/")),
        ("http://127.0.0.1:8080", Url("http", "127.0.0.1", 8080, "/")),
        ("http://h:", Url("http", "h", 80, "/")),
        ("http://h:080/", Url("http", "h", 80, "/")),
        ("https://h:80/a", Url("https", "h", 80, "/a")),
        ("http://h/a/b?c=d&e", Url("http", "h", 80, "/a/b?c=d&e")),
        ("http://h?c=d", Url("http", "h", 80, "/?c=d")),
        ("http://h?", Url("http", "h", 80, "/")),
        (" \t\nhttp://h/a", Url("http", "h", 80, "/a")),
        ("http://h/a?b#c", Url("http", "h", 80, "/a?b")),
        ("http://h#@other", Url("http", "h", 80, "/")),
        ("http://h/a?b?c", Url("http", "h", 80, "/a?b?c")),
        ("http://my_host-1.x.", Url("http", "my_host-1.x.", 80, "/")),
        ("http://[::1]:8080/a", Url("http", "::1", 8080, "/a")),
        ("http://[2001:DB8::1]", Url("http", "2001:db8::1", 80, "/")),
        ("http://[::ffff:127.0.0.1]", Url("http", "::ffff:127.0.0.1", 80, "/")),
        ("http://[fe80::1%eth0]", Url("http", "fe80::1%eth0", 80, "/")),
        ("http://user:pass@h:1/", Url("http", "h", 1, "/")),
        ("http://h/é?ü", Url("http", "h", 80, "/%C3%A9?%C3%BC")),
        ("http://h/a%20b", Url("http", "h", 80, "/a%20b")),
        ("http://h/\udcff", Url("http", "h", 80, "/%FF")),
        ("http://bücher.example", Url("http", "xn--bcher-kva.example", 80, "/")),
    ],
)
def test_a_url_is_parsed(text: str, expected: Url) -> None:
    assert parse_url(text) == expected


@pytest.mark.parametrize(
    ("url", "authority", "text"),
    [
        (Url("http", "h", 80, "/"), "h", "http://h/"),
        (Url("https", "h", 443, "/a?b"), "h", "https://h/a?b"),
        (Url("http", "h", 443, "/"), "h:443", "http://h:443/"),
        (Url("http", "::1", 80, "/"), "[::1]", "http://[::1]/"),
        (Url("https", "::1", 8443, "/"), "[::1]:8443", "https://[::1]:8443/"),
    ],
)
def test_a_parsed_url_is_converted_to_text(url: Url, authority: str, text: str) -> None:
    assert (url.authority, str(url)) == (authority, text)
    assert parse_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "localhost:1",
        "//h",
        "http:/h",
        "http:h",
        "http://",
        "http:///path",
        "http://:80",
        "http://?a",
        "http://-h",
        "http://h-",
        "http://a..b",
        "http://.",
        "http://" + "a" * 64,
        "http://" + ".".join(["a" * 60] * 5),
        "http://h:port",
        "http://h:-1",
        "http://h:65536",
        "http://h:" + "9" * 5000,
        "http://h:٨٠",
        "http://::1",
        "http://[::1",
        "http://[]",
        "http://[1.2.3.4]",
        "http://[1:2]",
        "http://[1:2]:80",
        "http://[h]",
        "http://[:0:]",
        "http://[:::]",
        "http://[1:2:3:4:5:6:7:8:9]",
        "http://[::1]x",
        "http://h h",
        "http://h/a b",
        "http://h/a\nb",
        "http://h ",
        "http://h\n",
        "http://h\\x",
        "http://h\x00",
        "http://\udcff",
        "http://" + "ü" * 64,
        "http://a@b@h",
        "https://runtime.sagemaker..amazonaws.com",
        "1http://h",
    ],
)
def test_invalid_urls_are_errors(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^Invalid endpoint: ") as caught:
        parse_url(text)
    assert len(caught.value.hints) == 1


@pytest.mark.parametrize("scheme", ["ftp", "file", "httpx", "s3"])
def test_other_schemes_are_errors(scheme: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_url(f"{scheme}://h")
    assert caught.value.message == f"Not supported URL scheme {scheme}: {scheme}://h"
    assert caught.value.hints == ("use http:// or https://",)


@pytest.mark.parametrize(
    "text", ["http://u:s3cret@h:99999", "ftp://u:s3cret@h", "http://u:s3cret@"]
)
def test_errors_never_contain_a_password(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_url(text)
    assert "s3cret" not in caught.value.message


PATH = "/endpoints/ok/invocations"


@pytest.mark.parametrize(
    ("base", "target"),
    [
        ("http://h", PATH),
        ("http://h/", PATH),
        ("http://h//", "/" + PATH),
        ("http://h/base", "/base" + PATH),
        ("http://h/base/", "/base" + PATH),
        ("http://h/base?q=1", "/base" + PATH + "?q=1"),
        ("http://h/base/?q=1/", "/base" + PATH + "?q=1/"),
        ("http://h?q=1", PATH + "?q=1"),
        ("http://h?", PATH),
        ("http://h/a%2Fb", "/a%2Fb" + PATH),
    ],
)
def test_path_and_query_of_the_base_are_preserved(base: str, target: str) -> None:
    assert join(base, PATH).target == target


HOSTS = st.sampled_from(["h", "127.0.0.1", "[::1]", "a.b-c.example", "h:8080", "[::1]:1", "H"])
FOLDERS = st.sampled_from(["", "/", "//", "/a", "/a/", "/a//", "/a/b", "/%20", "/.", "/../x"])
QUERIES = st.sampled_from(["", "?", "?a", "?a=b", "?a=/&b=", "?a?b"])


@given(scheme=st.sampled_from(["http", "https"]), host=HOSTS, folder=FOLDERS, query=QUERIES)
def test_paths_are_joined_as_botocore_joins_them(
    scheme: str, host: str, folder: str, query: str
) -> None:
    base = f"{scheme}://{host}{folder}{query}"
    request = {"url_path": PATH, "query_string": {}, "headers": {}, "context": {}}
    prepare_request_dict(request, endpoint_url=base)
    assert join(base, PATH) == parse_url(str(request["url"]))


@given(st.text("aA0-._:/?@[]%é", max_size=12))
def test_parsing_the_text_of_a_parsed_url_returns_the_same_url(rest: str) -> None:
    text = "http://" + rest
    try:
        url = parse_url(text)
    except ConfigurationError:
        return
    assert parse_url(str(url)) == url
    assert is_valid_endpoint_url(str(url)) or set(url.host) & set("_:") or url.host.endswith(".")


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_percent_encoded_as_the_standard_library_does(text: str) -> None:
    assert percent_encoded(text) == quote(text, safe="")
    assert percent_encoded(text, IN_PATHS) == quote(text, safe="/")
