"""Several models behind an endpoint: variants, components, archives, and scaling from zero."""

import io
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smrt.errors import UsageError
from smrt.local.api_errors import ApiError
from smrt.local.endpoint import Endpoint, Invocation, ModelFailure, NotReady, Prediction, echo
from smrt.local.endpoints import Hosting, endpoints, load_endpoints
from smrt.local.hosting.cold_start import ColdStart
from smrt.local.hosting.hosted_name import HostedName, hosted_name
from smrt.local.hosting.model_archive import extracted
from smrt.local.hosting.variants import Variant, Variants
from smrt.local.model import _siblings
from smrt.local.streams.stream_endpoint import StreamCall, StreamRefused, echo_stream
from tests.support.local_server import EXAMPLES

SCRIPT = "def model_fn(model_dir): return None\ndef transform_fn(m, b, c, a): return {!r}\n"


@pytest.fixture(autouse=True)
def _path() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before
    for name in list(_siblings):
        sys.modules.pop(name, None)
        del _siblings[name]


def model(folder: Path, response: str) -> Path:
    folder.mkdir()
    (folder / "inference.py").write_text(SCRIPT.format(response))
    return folder


def archive(path: Path, response: str) -> None:
    path.parent.mkdir(exist_ok=True)
    content = SCRIPT.format(response).encode()
    info = tarfile.TarInfo("code/inference.py")
    info.size = len(content)
    with tarfile.open(path, "w:gz") as file:
        file.addfile(info, io.BytesIO(content))


def call(endpoint: Endpoint, body: bytes = b"", /, **parameters: str) -> Prediction:
    return endpoint(Invocation(body, parameters))


def error(endpoint: Endpoint, **parameters: str) -> str:
    with pytest.raises(ApiError) as caught:
        call(endpoint, b"", **parameters)
    assert (caught.value.status, caught.value.code) == (400, "ValidationError")
    return caught.value.message


NO_TARGET_MODEL = (
    "Endpoint {} is not a multi-model endpoint and does not support target model header."
)


@pytest.mark.parametrize("argument", ["iris", "iris:blue", "iris/a"])
def test_only_a_multi_model_endpoint_accepts_a_target_model(argument: str, tmp_path: Path) -> None:
    folder = model(tmp_path / "one", "one")
    iris = endpoints([f"{argument}={folder}"], {})["iris"]
    component = {"InferenceComponentName": "a"} if "/" in argument else {}
    message = error(iris, TargetModel="one.tar.gz", **component)
    assert message == NO_TARGET_MODEL.format("iris")


def test_echo_is_no_multi_model_endpoint() -> None:
    for arguments in ([], ["echo"]):
        only = endpoints(arguments, {})["echo"]
        assert error(only, TargetModel="a.tar.gz") == NO_TARGET_MODEL.format("echo")


def test_an_endpoint_with_one_model_has_no_other_variant_and_no_components(tmp_path: Path) -> None:
    iris = endpoints([f"iris={model(tmp_path / 'one', 'one')}"], {})["iris"]
    assert call(iris, TargetVariant="AllTraffic").body == b"one"
    assert error(iris, TargetVariant="blue") == (
        "Variant blue not found. smrt local serves AllTraffic."
    )
    assert error(iris, InferenceComponentName="a") == (
        "Inference Component Name header is not allowed for endpoints to which you dont plan to "
        "deploy inference components. Please remove the Inference Component Name header and try "
        "again."
    )


NAMES = [
    ("iris", HostedName("iris")),
    ("iris/a-1", HostedName("iris", component="a-1")),
    ("iris:blue", HostedName("iris", variant="blue")),
    ("iris:blue@0.5", HostedName("iris", variant="blue", weight=0.5)),
]


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_a_name_has_a_component_or_a_variant(text: str, expected: HostedName) -> None:
    assert hosted_name(text) == expected
    assert str(expected) == text.partition("@")[0]


INVALID = [
    ("iris/", "'' is not a valid component name"),
    ("iris/a/b", "'a/b' is not a valid component name"),
    ("iris:", "'' is not a valid variant name"),
    (":blue", "'' is not a valid endpoint name"),
    ("iris:blue@x", "'x' is not the weight of a variant"),
    ("iris:blue@-1", "'-1' is not the weight of a variant"),
    ("iris:blue@nan", "'nan' is not the weight of a variant"),
]


@pytest.mark.parametrize(("text", "message"), INVALID)
def test_an_invalid_name_is_an_error(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        hosted_name(text)


def test_a_call_goes_to_the_variant_that_it_names(tmp_path: Path) -> None:
    one, two = model(tmp_path / "one", "one"), model(tmp_path / "two", "two")
    iris = endpoints([f"iris:blue={one}", f"iris:green={two}"], {})["iris"]
    prediction = call(iris, TargetVariant="green")
    assert prediction.body == b"two"
    assert prediction.fields["InvokedProductionVariant"] == "green"
    assert call(iris).fields["InvokedProductionVariant"] in ("blue", "green")
    assert error(iris, TargetVariant="red") == (
        "Variant red not found. smrt local serves blue, green."
    )


weights = st.lists(st.floats(0, 100), min_size=1, max_size=4).filter(lambda each: sum(each) > 0)


@given(weights, st.floats(0, 1, exclude_max=True))
@settings(max_examples=100)
def test_a_variant_is_chosen_by_its_share(shares: list[float], random: float) -> None:
    variants = {str(n): Variant(echo, echo_stream, share) for n, share in enumerate(shares)}
    chosen = int(call(Variants(variants, lambda: random).invoke).fields["InvokedProductionVariant"])
    before, position = sum(shares[:chosen]), random * sum(shares)
    assert shares[chosen] > 0
    assert before - 1e-9 <= position <= before + shares[chosen] + 1e-9


def test_a_weight_is_a_share_of_the_calls() -> None:
    shares = {"blue": Variant(echo, echo_stream, 9), "green": Variant(echo, echo_stream, 1)}
    positions = iter([n / 100 for n in range(100)])
    variants = Variants(shares, lambda: next(positions))
    counts = Counter(call(variants.invoke).fields["InvokedProductionVariant"] for _ in range(100))
    assert counts == {"blue": 90, "green": 10}


def test_a_call_goes_to_the_component_that_it_names(tmp_path: Path) -> None:
    one, two = model(tmp_path / "one", "one"), model(tmp_path / "two", "two")
    words = endpoints([f"words/a={one}", f"words/b={two}", "echo"], {})["words"]
    assert call(words, InferenceComponentName="b").body == b"two"
    assert error(words).startswith("Inference Component Name header is required for endpoints")
    assert error(words, InferenceComponentName="c") == (
        "Inference component c not found. smrt local serves a, b."
    )


MIXED = [
    (["a=1", "a:blue=1"], "an endpoint has variants, components or one model, received: a, a:blue"),
    (["a/x=1", "a:blue=1"], "an endpoint has variants, components or one model"),
    (["a:blue=1", "a:blue@2=1"], "two endpoints have the name a:blue"),
]


@pytest.mark.parametrize(("arguments", "message"), MIXED)
def test_an_endpoint_has_models_of_one_kind(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    folder = model(tmp_path / "1", "one")
    with pytest.raises(UsageError, match=message):
        endpoints([each.replace("=1", f"={folder}") for each in arguments], {})


def test_an_archive_is_loaded_when_it_is_first_named_and_when_it_changes(tmp_path: Path) -> None:
    archive(tmp_path / "one.tar.gz", "one")
    archive(tmp_path / "more" / "two.tar.gz", "two")
    models = endpoints([f"models={tmp_path}"], {})["models"]
    assert call(models, TargetModel="one.tar.gz").body == b"one"
    assert call(models, TargetModel="more/two.tar.gz").body == b"two"
    archive(tmp_path / "one.tar.gz", "changed")
    assert call(models, TargetModel="one.tar.gz").body == b"changed"
    archive(tmp_path / "three.tar.gz", "three")
    assert call(models, TargetModel="three.tar.gz").body == b"three"


def test_a_target_has_to_be_an_archive_in_the_folder(tmp_path: Path) -> None:
    archive(tmp_path / "models" / "one.tar.gz", "one")
    archive(tmp_path / "two.tar.gz", "two")
    models = endpoints([f"models={tmp_path / 'models'}"], {})["models"]
    assert "smrt local serves one.tar.gz." in error(models)
    for target in ("two.tar.gz", "../two.tar.gz", str(tmp_path / "two.tar.gz"), "."):
        assert error(models, TargetModel=target).startswith("Failed to download model data")


def test_a_damaged_archive_is_a_failure_of_the_model(tmp_path: Path) -> None:
    (tmp_path / "broken.tar.gz").write_bytes(b"no archive")
    archive(tmp_path / "empty.tar.gz", "one")
    models = endpoints([f"models={tmp_path}"], {"SAGEMAKER_PROGRAM": "other.py"})["models"]
    for target, message in (("broken", "cannot be extracted"), ("empty", "there is no other.py")):
        with pytest.raises(ModelFailure, match=message):
            call(models, TargetModel=f"{target}.tar.gz")


UNSAFE = [
    tarfile.TarInfo("../outside"),
    tarfile.TarInfo("/absolute/../../outside"),
]


def unsafe_link(target: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo("link")
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "member",
    [
        *UNSAFE,
        unsafe_link("../outside", tarfile.SYMTYPE),
        unsafe_link("/etc/passwd", tarfile.SYMTYPE),
        unsafe_link("../outside", tarfile.LNKTYPE),
        unsafe_link("", tarfile.CHRTYPE),
    ],
    ids=["parent", "absolute", "symlink", "absolute symlink", "hard link", "device"],
)
def test_an_archive_cannot_write_outside_of_its_folder(
    tmp_path: Path, member: tarfile.TarInfo
) -> None:
    path = tmp_path / "unsafe.tar.gz"
    with tarfile.open(path, "w:gz") as file:
        file.addfile(member)
    with pytest.raises(UsageError, match="cannot be extracted"):
        extracted(path)
    assert [each.name for each in tmp_path.iterdir()] == ["unsafe.tar.gz"]


def test_the_folder_of_an_archive_is_removed_with_it(tmp_path: Path) -> None:
    archive(tmp_path / "one.tar.gz", "one")
    kept = extracted(tmp_path / "one.tar.gz")
    folder = kept.folder
    assert (folder / "code" / "inference.py").is_file()
    del kept
    assert not folder.exists()


def test_a_model_is_ready_some_time_after_its_first_call() -> None:
    now = [100.0]
    starting = ColdStart(echo, 30.0, lambda: now[0]).invoke
    with pytest.raises(NotReady, match=r"ready in 30\.0 s \(--cold-start\)"):
        call(starting)
    now[0] = 129.0
    with pytest.raises(NotReady, match=r"ready in 1\.0 s"):
        call(starting)
    now[0] = 130.0
    assert call(starting, b"1").body == b"1"


def test_each_model_starts_with_its_own_first_call(tmp_path: Path) -> None:
    archive(tmp_path / "one.tar.gz", "one")
    served = load_endpoints(
        [f"models={tmp_path}", f"iris={EXAMPLES / 'iris'}"], {}, Hosting(cold_start=60.0)
    )
    for name, parameters in (("models", {"TargetModel": "one.tar.gz"}), ("iris", {})):
        with pytest.raises(NotReady):
            call(served[name].endpoint, b"", **parameters)
    with pytest.raises(StreamRefused):
        served["models"].stream(StreamCall(iter(()), {}))


def test_a_session_counts_until_it_is_closed() -> None:
    counter = endpoints([f"counter={EXAMPLES / 'counter'}"], {})["counter"]
    opened = call(counter, b'{"requestType": "NEW_SESSION"}', SessionId="NEW_SESSION")
    session, _, expires = opened.fields["NewSessionId"].partition("; Expires=")
    assert expires.endswith("Z")
    assert call(counter, b"one two", SessionId=session).body == b'{"words": 2, "total": 2}\n'
    assert call(counter, b"three", SessionId=session).body == b'{"words": 1, "total": 3}\n'
    assert call(counter, b"alone").body == b'{"words": 1, "total": 1}\n'
    closed = call(counter, b'{"requestType": "CLOSE"}', SessionId=session)
    assert (closed.body, closed.fields["ClosedSessionId"]) == (b'{"total": 3}\n', session)
    with pytest.raises(ModelFailure, match=f"there is no session {session}"):
        call(counter, b"one", SessionId=session)
