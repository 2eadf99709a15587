import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from smrt.errors import SmrtError, UsageError
from smrt.local.endpoint import Endpoint, Invocation, ModelFailure, Prediction
from smrt.local.endpoints import endpoints
from smrt.local.model import _siblings, load_model

MODEL = "def model_fn(model_dir): return 'model'\n"
PREDICT = MODEL + "def predict_fn(data, model): return data\n"


@pytest.fixture(autouse=True)
def _path() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before
    for name in list(_siblings):
        sys.modules.pop(name, None)
        del _siblings[name]


def write(folder: Path, text: str, name: str = "inference.py") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(dedent(text))
    return folder


def call(endpoint: Endpoint, body: bytes = b"", **parameters: str) -> Prediction:
    return endpoint(Invocation(body, parameters))


def failure(endpoint: Endpoint, body: bytes = b"", **parameters: str) -> tuple[int, str]:
    with pytest.raises(ModelFailure) as caught:
        call(endpoint, body, **parameters)
    return caught.value.status, caught.value.message


def test_the_four_handlers_are_called_as_the_toolkit_calls_them(tmp_path: Path) -> None:
    script = """
        from pathlib import Path
        def model_fn(model_dir): return Path(model_dir, "weights").read_text()
        def input_fn(body, content_type): return [body, content_type]
        def predict_fn(data, model): return [*data, model]
        def output_fn(prediction, accept): return repr([*prediction, accept]), "text/x-repr"
    """
    (tmp_path / "weights").write_text("w")
    endpoint = load_model(write(tmp_path, script)).predict
    assert call(endpoint, b"1", ContentType="a/b", Accept="c/d") == Prediction(
        b"[b'1', 'a/b', 'w', 'c/d']", "text/x-repr"
    )
    assert call(endpoint, b"1").body == b"[b'1', None, 'w', 'application/json']"
    assert call(endpoint, b"1", ContentType="text/csv", Accept="*/*").body == (
        b"['1', 'text/csv', 'w', 'application/json']"
    )


def test_transform_fn_replaces_the_three_steps(tmp_path: Path) -> None:
    script = """
        def model_fn(model_dir): return 'model'
        def transform_fn(model, body, content_type, accept):
            return f"{model} {body} {content_type} {accept}"
    """
    endpoint = load_model(write(tmp_path, script)).predict
    assert call(endpoint, b"x", ContentType="a/b", Accept="c/d") == Prediction(
        b"model b'x' a/b c/d", "c/d"
    )


def test_handlers_may_take_the_context(tmp_path: Path) -> None:
    script = """
        def model_fn(model_dir, context): return context.system_properties["model_dir"] == model_dir
        def input_fn(body, content_type, context):
            return context.get_request_header(0, "x-amzn-sagemaker-custom-attributes")
        def predict_fn(data, model, context):
            properties = context.request_processor[0].get_request_properties()
            assert properties == context.get_all_request_header(0)
            return [model, data, properties["Accept"]]
        def output_fn(prediction, accept, context):
            context.set_response_header(0, "x-amzn-SageMaker-custom-attributes", "seen")
            context.set_response_content_type(0, "overruled/by-accept")
            return prediction
    """
    endpoint = load_model(write(tmp_path, script)).predict
    prediction = call(endpoint, b"{}", Accept="application/json", CustomAttributes="mine")
    assert prediction == Prediction(
        b'[true, "mine", "application/json"]', "application/json", "seen"
    )


def test_a_handler_may_set_the_status(tmp_path: Path) -> None:
    script = """
        def model_fn(model_dir): return None
        def transform_fn(model, body, content_type, accept, context):
            context.set_response_status(503, "busy")
            return "come back later"
    """
    endpoint = load_model(write(tmp_path, script)).predict
    assert failure(endpoint) == (503, "come back later")


BODIES = [
    ("'é'", "é".encode()),
    ("b'\\xff'", b"\xff"),
    ("bytearray(b'a')", b"a"),
    ("memoryview(b'a')", b"a"),
    ("{'a': [1]}", b'{"a": [1]}'),
]


@pytest.mark.parametrize(("value", "body"), BODIES)
def test_a_result_is_text_bytes_or_json(tmp_path: Path, value: str, body: bytes) -> None:
    script = f"{MODEL}def transform_fn(model, body, content_type, accept): return {value}\n"
    assert call(load_model(write(tmp_path, script)).predict).body == body


RAISED = [
    ("predict_fn", "raise ValueError('no')", (500, "no")),
    ("predict_fn", "raise ValueError", (500, "ValueError")),
    ("predict_fn", "raise SystemExit('stop')", (500, "stop")),
    ("predict_fn", "raise KeyboardInterrupt", (500, "KeyboardInterrupt")),
    ("output_fn", "raise GeneratorExit", (500, "GeneratorExit")),
    ("input_fn", "raise BaseException('bare')", (500, "bare")),
    ("output_fn", "return iter(data for data in [1 / 0])", (500, "division by zero")),
    ("predict_fn", "return object()", (500, "Object of type object is not JSON serializable")),
    ("input_fn", "raise UnsupportedFormatError('what?')", (415, "what?")),
    ("output_fn", "raise Lower('how?')", (406, "how?")),
    ("predict_fn", "raise UnsupportedFormatError('late')", (415, "late")),
    ("input_fn", "raise ToolkitError(422, 'cannot', 'phrase')", (422, "cannot")),
    ("input_fn", "raise HasEveryAttribute('no')", (500, "no")),
]


@pytest.mark.parametrize(("handler", "statement", "expected"), RAISED)
def test_an_exception_of_a_handler_is_a_model_failure(
    tmp_path: Path, handler: str, statement: str, expected: tuple[int, str]
) -> None:
    script = """
        class UnsupportedFormatError(Exception): pass
        class Lower(UnsupportedFormatError): pass
        class ToolkitError(Exception):
            def __init__(self, status_code, message, phrase):
                self.status_code, self.message, self.phrase = status_code, message, phrase
        class HasEveryAttribute(Exception):
            def __getattr__(self, name): return object()
        def model_fn(model_dir): return None
        def input_fn(body, content_type): return body
        def predict_fn(data, model): return data
        def output_fn(prediction, accept): return prediction
    """
    arguments = {
        "input_fn": "body, content_type",
        "predict_fn": "data, model",
        "output_fn": "prediction, accept",
    }[handler]
    write(tmp_path, dedent(script) + f"def {handler}({arguments}): {statement}\n")
    assert failure(load_model(tmp_path).predict) == expected


def test_invalid_utf_8_is_a_model_failure(tmp_path: Path) -> None:
    status, message = failure(
        load_model(write(tmp_path, PREDICT)).predict, b"\xff", ContentType="text/csv"
    )
    assert status == 500
    assert "utf-8" in message


def test_the_code_may_be_in_its_own_folder(tmp_path: Path) -> None:
    write(tmp_path, "raise RuntimeError")
    write(
        tmp_path / "code",
        "def model_fn(model_dir): return model_dir\n"
        "def transform_fn(model, body, content_type, accept): return model\n",
    )
    assert call(load_model(tmp_path).predict).body == str(tmp_path).encode()


def test_two_models_do_not_share_their_modules(tmp_path: Path) -> None:
    script = """
        import settings
        from . import settings as relative
        def model_fn(model_dir):
            import package.late
            return [settings.NAME, relative.NAME, package.late.NAME]
        def predict_fn(data, model): return model
        def input_fn(body, content_type): return None
        def output_fn(prediction, accept): return prediction
    """
    models = {}
    for name in ("first", "second"):
        folder = write(tmp_path / name, script)
        write(folder, f"NAME = {name!r}", "settings.py")
        write(folder, f"NAME = {name!r}", "package/late.py")
        models[name] = load_model(folder).predict
    assert call(models["first"]).body == b'["first", "first", "first"]'
    assert call(models["second"]).body == b'["second", "second", "second"]'


def test_a_handler_may_import_late(tmp_path: Path) -> None:
    script = MODEL + (
        "def transform_fn(model, body, content_type, accept):\n"
        "    from imported_late import NAME\n"
        "    return NAME\n"
    )
    write(tmp_path, "NAME = 'late'", "imported_late.py")
    assert call(load_model(write(tmp_path, script)).predict).body == b"late"


HAS_EVERY_ATTRIBUTE = """
    import sys, types

    class EveryAttribute(types.ModuleType):
        __file__ = "every.py"
        def __getattr__(self, name):
            {statement}

    sys.modules["has_every_attribute"] = EveryAttribute("has_every_attribute")
"""


@pytest.mark.parametrize(
    "statement", ["return object()", "return name", "raise RuntimeError(name)"]
)
def test_a_script_may_import_a_module_that_has_every_attribute(
    tmp_path: Path, statement: str
) -> None:
    script = dedent(HAS_EVERY_ATTRIBUTE).format(statement=statement) + PREDICT
    try:
        load_model(write(tmp_path, script))
        assert "has_every_attribute" not in _siblings
    finally:
        sys.modules.pop("has_every_attribute", None)


def test_a_proxy_of_a_module_has_the_path_of_the_module(tmp_path: Path) -> None:
    script = """
        import sys
        class Proxy:
            def __init__(self, module): self.module = module
            def __getattr__(self, name): return getattr(self.module, name)
        sys.modules[__name__] = Proxy(sys.modules[__name__])
    """
    write(tmp_path, script, "proxy.py")
    load_model(write(tmp_path, "import proxy\n" + PREDICT))
    assert "proxy" in _siblings


def test_namespace_packages_are_in_the_folder_too(tmp_path: Path) -> None:
    names = ["level"]
    names += [f"{names[0]}.a{number}" for number in range(8)]
    names += [f"{name}.b" for name in names[1:]]
    for name in names:
        (tmp_path / name.replace(".", "/")).mkdir()
    imports = "".join(f"import {name}\n" for name in names)
    load_model(write(tmp_path, imports + PREDICT))
    assert set(names) <= set(_siblings)


INVALID: list[tuple[str | None, str]] = [
    (None, "there is no inference.py in {folder}"),
    ("def model_fn(", "{script}, line 1: '(' was never closed"),
    ("import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
    ("raise SystemExit(3)", "{script} cannot be loaded: SystemExit: 3"),
    ("", "{script}: there is no model_fn(model_dir)"),
    (
        MODEL,
        "transform_fn, and the model that model_fn returned, of type str, has no method predict",
    ),
    (
        PREDICT + "def transform_fn(m, b, c, a): return b\n",
        "{script}: transform_fn replaces predict_fn: define one or the other",
    ),
    (
        PREDICT + "def input_fn(body): return body\n",
        "{script}: input_fn takes (body, content_type) and optionally context, not 1 arguments",
    ),
    (PREDICT + "output_fn = 3\n", "{script}: output_fn is not a function"),
    (
        "def model_fn(d): return open(d + '/model.bin')\ndef predict_fn(d, m): pass\n",
        "{script} cannot be loaded: FileNotFoundError: ",
    ),
]


@pytest.mark.parametrize(("script", "message"), INVALID)
def test_an_invalid_folder_is_an_error_at_load(
    tmp_path: Path, script: str | None, message: str
) -> None:
    if script is not None:
        write(tmp_path, script)
    before = list(sys.path)
    with pytest.raises(UsageError) as caught:
        load_model(tmp_path)
    expected = message.format(folder=tmp_path, script=tmp_path / "inference.py")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert set(sys.path) <= {*before, str(tmp_path)}


def test_a_handler_without_a_signature_is_accepted(tmp_path: Path) -> None:
    script = "model_fn = str\ndef transform_fn(m, b, c, a): return m\n"
    endpoint: Any = load_model(write(tmp_path, script)).predict
    assert call(endpoint).body == str(tmp_path).encode()


def test_each_argument_names_an_endpoint(tmp_path: Path) -> None:
    write(tmp_path / "one", PREDICT)
    served = endpoints([f"a={tmp_path / 'one'}", f"b-1={tmp_path / 'one'}"], {})
    assert list(served) == ["a", "b-1"]


def test_without_arguments_the_endpoint_is_echo() -> None:
    served = endpoints([], {})
    assert list(served) == ["echo"]
    prediction = call(served["echo"], b"1", ContentType="a/b")
    assert (prediction.body, prediction.content_type) == (b"1", "a/b")


def test_the_default_accept_is_the_containers_variable(tmp_path: Path) -> None:
    served = endpoints(
        [f"a={write(tmp_path, PREDICT)}"], {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    )
    prediction = call(served["a"], b"[1, 2]", ContentType="application/json")
    assert (prediction.body, prediction.content_type) == (b"1\n2\n", "text/csv")


def test_the_script_has_the_name_in_the_containers_variable(tmp_path: Path) -> None:
    write(tmp_path, PREDICT, "code/mnist.py")
    assert list(endpoints([f"a={tmp_path}"], {"SAGEMAKER_PROGRAM": "mnist.py"})) == ["a"]
    with pytest.raises(UsageError, match=r"there is no other\.py in "):
        endpoints([f"a={tmp_path}"], {"SAGEMAKER_PROGRAM": "other.py"})


BAD_ARGUMENTS = [
    (["examples/iris"], "expected NAME=FOLDER or NAME=URL, received: examples/iris"),
    (["iris="], "expected NAME=FOLDER or NAME=URL, received: iris="),
    (["a=/no/such/folder"], "no such folder: /no/such/folder"),
    (["-a=."], "'-a' is not a valid endpoint name"),
    (["a_b=."], "'a_b' is not a valid endpoint name"),
    (["=."], "'' is not a valid endpoint name"),
    (["a" * 64 + "=."], "'" + "a" * 64 + "' is not a valid endpoint name"),
    (["a=.", "a=.."], "two endpoints have the name a"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_ARGUMENTS)
def test_a_bad_argument_is_a_usage_error(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        endpoints(arguments, {})
    assert str(caught.value).startswith(message)


def test_an_error_of_a_script_has_its_hint(tmp_path: Path) -> None:
    write(tmp_path, "")
    with pytest.raises(UsageError) as caught:
        load_model(tmp_path)
    assert caught.value.hints == (
        "define it: it loads the model from the folder model_dir, and returns it",
    )


def test_the_hint_shows_the_corrected_argument() -> None:
    with pytest.raises(SmrtError) as caught:
        endpoints(["examples/iris/"], {})
    assert caught.value.hints == ("for example: iris=examples/iris/",)
