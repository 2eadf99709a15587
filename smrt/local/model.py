"""A folder with an inference.py as an endpoint.

The folder has the layout of an unpacked model.tar.gz: the model's files, and the code in `code/` or
next to them.
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
from smrt.protocol.bidirectional.parts import Part

from .context import Context
from .endpoint import Invocation, Prediction
from .frameworks import pytorch
from .frameworks.framework import Framework, Handler
from .frameworks.image_modules import import_hints
from .frameworks.selection import framework
from .media import JSON
from .streams.stream_endpoint import StreamCall, StreamRefused
from .streams.stream_function import stream_parts
from .toolkit import Handlers, handlers, transform

SCRIPT = "inference.py"

_numbers = count(1)
_siblings: dict[str, ModuleType] = {}
"""Modules that models imported from their own folders, by name; the first of a name stays, unless
it is loaded again from the same file."""


class Model(NamedTuple):
    """A loaded model; `accept` is the content type for clients without an Accept header."""

    folder: Path
    framework: Framework
    model: Any
    accept: str
    stream_fn: Handler | None = None

    def predict(self, call: Invocation) -> Prediction:
        """The model's prediction. Raises ModelFailure."""
        context = Context(str(self.folder), call.parameters)
        return transform(
            self.framework,
            model=self.model,
            call=call,
            context=context,
            accept=self.accept,
        )

    def stream(self, call: StreamCall) -> Iterator[Part]:
        """The messages that the model's stream_fn yields. Raises ModelFailure."""
        if self.stream_fn is None:
            raise StreamRefused(
                f"{self.folder} has no stream_fn(model, messages, context) in its inference.py"
            )
        context = Context(str(self.folder), {})
        return stream_parts(self.stream_fn, self.model, call, context)


def load_model(folder: Path, *, accept: str = JSON, program: str = SCRIPT) -> Model:
    """Load the model in `folder` as its script, `program`, does.

    Raises UsageError if it cannot be loaded, ConfigurationError if numpy is missing.
    """
    script = _script(folder, program)
    folder = folder.resolve()
    with _importing_from(script.parent), _loading_errors(script):
        loaded = handlers(_module(script), _default_model_fn(folder))
        model = loaded.load(str(folder), Context(str(folder), {}))
        container = _framework(model, loaded)
        completed = container.completed(loaded.steps)
        if not _is_installed("numpy") and _uses_defaults(completed, container):
            raise _missing_numpy(script)
        return Model(folder, completed, model, accept, loaded.stream_fn)


def _framework(model: Any, loaded: Handlers) -> Framework:
    """The container for `model`; one without handlers for a script that only streams."""
    if loaded.stream_fn is not None and not loaded.steps:
        return Framework({})
    return framework(model, loaded.steps)


def _default_model_fn(folder: Path) -> Handler | None:
    """PyTorch's, the only container that has one."""
    return pytorch.torchscript if pytorch.has_model_file(folder) else None


def _uses_defaults(completed: Framework, container: Framework) -> bool:
    defaults = set(container.steps.values())
    return any(step in defaults for step in completed.steps.values())


def _missing_numpy(script: Path) -> ConfigurationError:
    from smrt.config.installation import LOCAL, install_command

    message = f"{script}: the default input_fn and output_fn need numpy"
    return ConfigurationError(message, install_command(LOCAL))


def _is_installed(module: str) -> bool:
    return find_spec(module) is not None


def has_script(folder: Path, program: str) -> bool:
    """Whether `folder` is that of one model."""
    return any(script.is_file() for script in _scripts(folder, program))


def _scripts(folder: Path, program: str) -> tuple[Path, Path]:
    return folder / "code" / program, folder / program


def _script(folder: Path, program: str) -> Path:
    if not folder.is_dir():
        raise UsageError(
            f"no such folder: {folder}", "specify the folder that contains inference.py"
        )
    for script in _scripts(folder, program):
        if script.is_file():
            return script
    raise UsageError(
        f"there is no {program} in {folder}",
        "create one that defines model_fn(model_dir) and predict_fn(data, model)",
    )


def _module(script: Path) -> ModuleType:
    """`script` under a unique name; as a package, so that `from . import x` works too."""
    name = f"smrt_local_model_{next(_numbers)}"
    locations = [str(script.parent.resolve())]
    spec = spec_from_file_location(name, script.resolve(), submodule_search_locations=locations)
    assert isinstance(spec, ModuleSpec)
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def _loading_errors(script: Path) -> Iterator[None]:
    """Turn whatever loading raises into an error of one line."""
    try:
        yield
    except ConfigurationError:
        raise
    except UsageError as exc:
        raise UsageError(f"{script}: {exc}", *exc.hints) from exc
    except SyntaxError as exc:
        raise UsageError(f"{exc.filename}, line {exc.lineno}: {exc.msg}") from exc
    except (Exception, SystemExit) as exc:
        hints = import_hints(exc.name or "", script.parent) if isinstance(exc, ImportError) else ()
        message = f"{script} cannot be loaded: {type(exc).__name__}: {exc}"
        raise UsageError(message, *hints) from exc


@contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Let imports search `folder` first, and hide modules from other models' folders.

    Afterwards all of them can be imported, for handlers that import late and for unpickling.
    """
    path = str(folder.resolve())
    for name in _siblings:
        sys.modules.pop(name, None)
    before = set(sys.modules)
    sys.path.insert(0, path)
    try:
        yield
    finally:
        sys.path.remove(path)
        sys.path.append(path)
        added = sys.modules.keys() - before
        # A namespace package needs its parent in sys.modules to know its path: list all, then pop.
        for name in [name for name in added if _is_below(sys.modules[name], path)]:
            _remember(name, sys.modules.pop(name))
        sys.modules.update(_siblings)


def _remember(name: str, module: ModuleType) -> None:
    first = _siblings.setdefault(name, module)
    if getattr(first, "__file__", None) == getattr(module, "__file__", None):
        _siblings[name] = module


def _is_below(module: object, folder: str) -> bool:
    try:
        paths = _paths(module)
    except Exception:  # noqa: BLE001 - a lazy module, or one without its parent, may raise anything
        return False
    return any(Path(path).is_relative_to(folder) for path in paths)


def _paths(module: Any) -> list[str]:
    """The file and folders of `module`, which may be any object, even one with every attribute."""
    file, folders, spec = (getattr(module, n, None) for n in ("__file__", "__path__", "__spec__"))
    if isinstance(spec, ModuleSpec):  # a namespace package's folders are not a list
        folders = list(spec.submodule_search_locations or ())
    package_folders = folders if isinstance(folders, list) else []
    return [path for path in (file, *package_folders) if isinstance(path, str)]
