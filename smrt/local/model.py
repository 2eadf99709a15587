"""A folder with an inference.py as an endpoint.

The folder is what SageMaker unpacks from model.tar.gz: the model's files, and the code in
`code/` or beside them.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from smrt.errors import ConfigurationError, UsageError

from .context import Context
from .endpoint import Invocation, Prediction
from .media import JSON
from .toolkit import Handlers, handlers, transform

INSTALL = "pip install 'smrt-cli[local]'"
_numbers = count(1)
_siblings: dict[str, ModuleType] = {}
"""What the loaded models imported from beside their code, by name: the first of a name stays."""


class Model(NamedTuple):
    """A loaded model; `accept` is the type of the answer where a client does not choose one."""

    folder: Path
    handlers: Handlers
    model: Any
    accept: str

    def answer(self, call: Invocation) -> Prediction:
        """The model's answer. Raises ModelFailure."""
        context = Context(str(self.folder), call.parameters)
        return transform(
            self.handlers.steps,
            model=self.model,
            call=call,
            context=context,
            accept=self.accept,
        )


def load_model(folder: Path, *, accept: str = JSON) -> Model:
    """The model in `folder`, its model_fn called.

    Raises UsageError where it cannot be served, ConfigurationError where numpy is missing.
    """
    script = _script(folder)
    folder = folder.resolve()
    with _importing_from(script.parent), _complaints(script):
        found = handlers(_module(script))
        if found.need_numpy and not _installed("numpy"):
            raise ConfigurationError(
                f"numpy is needed for what {script} leaves to the defaults", INSTALL
            )
        return Model(folder, found, found.model_fn(str(folder), Context(str(folder), {})), accept)


def _installed(module: str) -> bool:
    return find_spec(module) is not None


def _script(folder: Path) -> Path:
    if not folder.is_dir():
        raise UsageError(
            f"no such folder: {folder}", "name the one that holds the model's inference.py"
        )
    for script in (folder / "code" / "inference.py", folder / "inference.py"):
        if script.is_file():
            return script
    raise UsageError(
        f"there is no inference.py in {folder}",
        "it defines model_fn(model_dir) and predict_fn(data, model)",
    )


def _module(script: Path) -> ModuleType:
    """`script` under a name of its own; as a package, so that `from . import x` works too."""
    name = f"smrt_local_model_{next(_numbers)}"
    places = [str(script.parent.resolve())]
    spec = spec_from_file_location(name, script.resolve(), submodule_search_locations=places)
    assert isinstance(spec, ModuleSpec)
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _complaints(script: Path) -> Iterator[None]:
    """Whatever loading raises, told in one line."""
    try:
        yield
    except ConfigurationError:
        raise
    except UsageError as exc:
        raise UsageError(f"{script}: {exc}") from exc
    except SyntaxError as exc:
        raise UsageError(f"{exc.filename}, line {exc.lineno}: {exc.msg}") from exc
    except (Exception, SystemExit) as exc:
        raise UsageError(f"{script} cannot be loaded: {type(exc).__name__}: {exc}") from exc


@contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Let imports find what lies in `folder` first, and nothing that lies in other models' folders.

    Afterwards all of it can be imported, for handlers that import late, and for unpickling.
    """
    place = str(folder.resolve())
    for name in _siblings:
        sys.modules.pop(name, None)
    before = set(sys.modules)
    sys.path.insert(0, place)
    try:
        yield
    finally:
        sys.path.remove(place)
        sys.path.append(place)
        added = sys.modules.keys() - before
        # A namespace package needs its parent in sys.modules to say where it lies: first find all.
        for name in [name for name in added if _lies_in(sys.modules[name], place)]:
            _siblings.setdefault(name, sys.modules.pop(name))
        sys.modules.update(_siblings)


def _lies_in(module: object, place: str) -> bool:
    try:
        paths = _paths(module)
    except Exception:  # noqa: BLE001 - what loads late, or has lost its parent, may raise anything
        return False
    return any(Path(path).is_relative_to(place) for path in paths)


def _paths(module: Any) -> list[str]:
    """The file and folders of `module`, which may be any object: some answer to every name."""
    file, folders, spec = (getattr(module, n, None) for n in ("__file__", "__path__", "__spec__"))
    if isinstance(spec, ModuleSpec):  # a namespace package's folders are no list
        folders = list(spec.submodule_search_locations or ())
    listed = folders if isinstance(folders, list) else []
    return [path for path in (file, *listed) if isinstance(path, str)]
