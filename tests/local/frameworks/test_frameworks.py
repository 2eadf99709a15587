"""Scripts that leave handlers to the container: PyTorch's, XGBoost's and scikit-learn's.

The frameworks are too large to install: a module of the same name, in the folder of the model, has
the few functions that the containers call, and records how. What the real ones do with it was
compared with the containers' own code.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from smrt.config.installation import install_command
from smrt.errors import UsageError
from smrt.local.endpoint import Invocation, ModelFailure, Prediction
from smrt.local.model import Model, _siblings, load_model

TORCH = """
    import contextlib
    import numpy

    grad = [True]

    @contextlib.contextmanager
    def no_grad():
        grad.append(False)
        yield
        grad.pop()

    class Tensor:
        def __init__(self, array): self.array = numpy.asarray(array)
        def to(self, device): return self
        def detach(self): return self
        def cpu(self): return self
        def numpy(self): return self.array

    class Module:
        training = True
        def to(self, device): return self
        def eval(self): self.training = False
        def __call__(self, tensor):
            return Tensor(tensor.array * 2 if (grad[-1], self.training) == (False, False) else [])

    class cuda:
        @staticmethod
        def is_available(): return False

    class jit:
        @staticmethod
        def load(path, map_location): return Module()

    def device(name): return name
    def from_numpy(array): return Tensor(array)
    def FloatTensor(array): return Tensor(numpy.asarray(array, "float32"))
"""
XGBOOST = """
    class DMatrix:
        def __init__(self, array): self.array = array

    class Booster:
        def predict(self, matrix, validate_features):
            assert not validate_features
            return matrix.array
"""
SCIKIT_LEARN = """
    class Model:
        def predict(self, array): return [array.dtype.name, array.tolist()]
    def model_fn(model_dir): return Model()
"""


@pytest.fixture(autouse=True)
def _modules() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before
    for name in list(_siblings):
        sys.modules.pop(name, None)
        del _siblings[name]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text))
    return folder


def pytorch(folder: Path) -> Model:
    script = "import torch\ndef model_fn(model_dir): return torch.Module()\n"
    return load_model(write(folder, torch=TORCH, inference=script))


def xgboost(folder: Path) -> Model:
    script = "import xgboost\ndef model_fn(model_dir): return xgboost.Booster()\n"
    return load_model(write(folder, xgboost=XGBOOST, inference=script))


def scikit_learn(folder: Path) -> Model:
    return load_model(write(folder, inference=SCIKIT_LEARN))


LOADED = {"pytorch": pytorch, "xgboost": xgboost, "scikit-learn": scikit_learn}
JSON, CSV, LIBSVM = "application/json", "text/csv", "text/libsvm"
PREDICTED = [
    ("pytorch", b"[[1, 2]]", JSON, "*/*", Prediction(b"[[2.0, 4.0]]", JSON)),
    ("pytorch", b"[1]", JSON, "text/csv, x/y", Prediction(b"2.0\n", "text/csv, x/y")),
    ("pytorch", b"1,2", CSV, JSON, Prediction(b"[2.0, 4.0]", JSON)),
    ("xgboost", b"1,2\n3,", CSV, JSON, Prediction(b"[[1.0, 2.0], [3.0, NaN]]", JSON)),
    ("xgboost", b"1;2", "text/csv; charset=utf-8", CSV, Prediction(b"1.0,2.0\n", CSV)),
    ("xgboost", b"1 1:5\n0 2:1", LIBSVM, JSON, Prediction(b"[[5.0, 0.0], [0.0, 1.0]]", JSON)),
    ("xgboost", b"1 0:5", "text/x-libsvm", JSON, Prediction(b"[[5.0]]", JSON)),
    ("xgboost", b"1", LIBSVM, JSON, Prediction(b"[]", JSON)),
    ("scikit-learn", b"[[1, 2]]", None, "*/*", Prediction(b'["float32", [[1.0, 2.0]]]', JSON)),
    (
        "scikit-learn",
        b"1,2\n3,4\n",
        CSV,
        JSON,
        Prediction(b'["float32", [[1.0, 2.0], [3.0, 4.0]]]', JSON),
    ),
    ("scikit-learn", b"1,2\n", CSV, JSON, Prediction(b'["float32", [1.0, 2.0]]', JSON)),
]


def call(body: bytes, content_type: str | None, accept: str) -> Invocation:
    parameters = {"ContentType": content_type, "Accept": accept}
    return Invocation(body, {name: value for name, value in parameters.items() if value})


@pytest.mark.parametrize(("framework", "body", "content_type", "accept", "expected"), PREDICTED)
def test_a_script_with_model_fn_alone_predicts(
    tmp_path: Path,
    framework: str,
    body: bytes,
    content_type: str | None,
    accept: str,
    expected: Prediction,
) -> None:
    model = LOADED[framework](tmp_path)
    assert model.predict(call(body, content_type, accept)) == expected


UNSUPPORTED = [
    ("pytorch", b"[1]", "text/html", JSON, 500),
    ("pytorch", b"[1]", None, JSON, 500),
    ("pytorch", b"[1]", JSON, "image/png", 500),
    ("xgboost", b"[1]", JSON, JSON, 415),
    ("xgboost", b"1,2", CSV, "text/csv, application/json", 406),
    ("scikit-learn", b"1", "text/html", JSON, 415),
    ("scikit-learn", b"[[1]]", JSON, "text/csv;q=0.5", 406),
]


@pytest.mark.parametrize(("framework", "body", "content_type", "accept", "status"), UNSUPPORTED)
def test_an_unsupported_type_has_the_containers_status(
    tmp_path: Path,
    framework: str,
    body: bytes,
    content_type: str | None,
    accept: str,
    status: int,
) -> None:
    model = LOADED[framework](tmp_path)
    with pytest.raises(ModelFailure) as caught:
        model.predict(call(body, content_type, accept))
    assert caught.value.status == status


def test_a_script_may_replace_one_of_the_frameworks_handlers(tmp_path: Path) -> None:
    script = (
        "import torch\n"
        "def model_fn(model_dir): return torch.Module()\n"
        "def predict_fn(data, model): return str(type(data).__name__)\n"
    )
    model = load_model(write(tmp_path, torch=TORCH, inference=script))
    assert model.predict(call(b"[1]", JSON, JSON)).body == b'"Tensor"'


def test_pytorch_loads_the_only_torchscript_file_without_model_fn(tmp_path: Path) -> None:
    write(tmp_path, torch=TORCH, inference="")
    (tmp_path / "net.pth").touch()
    assert load_model(tmp_path).predict(call(b"[1]", JSON, JSON)).body == b"[2.0]"
    (tmp_path / "other.pt").touch()
    with pytest.raises(UsageError, match=r"one \.pt or \.pth file is required, not: net.*other"):
        load_model(tmp_path)
    (tmp_path / "model.pt").touch()
    assert load_model(tmp_path).predict(call(b"[1]", JSON, JSON)).body == b"[2.0]"


def test_the_hooks_run_around_model_fn(tmp_path: Path) -> None:
    script = """
        calls = []
        def pre_model_fn(model_dir): calls.append("pre")
        def model_fn(model_dir): return calls
        def model_warmup_fn(model_dir, model, context): model.append("warm-up")
        def predict_fn(data, model): return model
    """
    assert load_model(write(tmp_path, inference=script)).model == ["pre", "warm-up"]


HINTS = [
    ("sagemaker_containers.beta", "sagemaker_containers is in the image of scikit-learn's"),
    ("sagemaker_xgboost_container", "is in the image of XGBoost's container: import it"),
    ("sklearn.externals", "scikit-learn 0.23 removed sklearn.externals: import joblib instead"),
    ("no_such_module", install_command(["-r", "FOLDER/requirements.txt"])),
]


@pytest.mark.parametrize(("module", "hint"), HINTS)
def test_a_module_of_an_image_gets_a_hint(tmp_path: Path, module: str, hint: str) -> None:
    (tmp_path / "requirements.txt").touch()
    files = {"inference": f"import {module}\n", "sklearn": "__path__ = []\n"}
    with pytest.raises(UsageError) as caught:
        load_model(write(tmp_path, **files))
    (only,) = caught.value.hints
    assert hint.replace("FOLDER", str(tmp_path)) in only


def test_the_toolkit_can_be_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sagemaker_inference", None)
    with pytest.raises(UsageError) as caught:
        load_model(write(tmp_path, inference="import sagemaker_inference"))
    assert caught.value.hints == (install_command(["sagemaker-inference"]),)
