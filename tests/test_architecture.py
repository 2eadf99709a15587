"""The layout of the code follows docs/architecture.md."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from tests.support.project import PACKAGE, ROOT

FILES = sorted(PACKAGE.rglob("*.py"))
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
SHARED = {"chunks", "command", "gather", "main", "run", "tables"}
"""Names of functions that all modules of a kind have: commands, programs, formats, shells."""
MOST_FILES = 20


def folders() -> Iterator[Path]:
    for top in (PACKAGE, ROOT / "tests"):
        yield from (path for path in (top, *top.rglob("*/")) if any(path.glob("*.py")))


def definitions(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name


def repeated(names: Iterator[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def test_no_folder_has_too_many_files() -> None:
    sizes = {path: sum(entry.is_file() for entry in path.iterdir()) for path in folders()}
    assert {path: size for path, size in sizes.items() if size > MOST_FILES} == {}


def test_the_package_itself_has_only_its_entry_point_and_what_all_packages_use() -> None:
    names = {entry.name for entry in PACKAGE.iterdir() if entry.is_file()}
    assert names == {"__init__.py", "__main__.py", "errors.py", "named_tuple.py", "py.typed"}


def test_there_are_no_import_cycles() -> None:
    graph = grimp.build_graph("smrt", exclude_type_checking_imports=True, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imports) == len(FILES)
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the cycle


def test_no_two_public_functions_or_classes_share_a_name() -> None:
    public = (name for path in FILES for name in definitions(path) if not name.startswith("_"))
    assert set(repeated(public)) <= SHARED


def test_no_two_files_share_a_name() -> None:
    commands = PACKAGE / "cli" / "commands"  # its modules have the names of the commands
    assert repeated(path.stem for path in FILES if commands not in path.parents) == ["__init__"]


@pytest.mark.parametrize("package", [path.parent.name for path in PACKAGE.glob("*/__init__.py")])
def test_the_document_describes_every_package(package: str) -> None:
    assert f"{package}/" in ARCHITECTURE


def test_every_file_that_the_document_names_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.(?:py|txt|md))`", ARCHITECTURE))
    assert named
    tops = (ROOT, PACKAGE, PACKAGE.parent)
    assert [name for name in named if not any((top / name).exists() for top in tops)] == []


PARAMETERS = {"metadata", "parameters", "partitions", "values"}
"""Real mappings: the parameters and metadata of an operation, and botocore's partitions."""
OPTION_LAYERS = [
    path for top in ("cli", "invoke") for path in sorted((PACKAGE / top).rglob("*.py"))
]


def arguments(path: Path) -> Iterator[ast.arg]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            yield from (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)


def is_untyped_mapping(argument: ast.arg) -> bool:
    if argument.annotation is None:
        return False
    text = ast.unparse(argument.annotation)
    return bool(re.search(r"(Mapping|dict)\[str, (Any|object)\]", text))


@pytest.mark.parametrize("path", OPTION_LAYERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_function_takes_options_as_a_mapping(path: Path) -> None:
    mappings = {argument.arg for argument in arguments(path) if is_untyped_mapping(argument)}
    assert mappings <= PARAMETERS


def test_options_are_passed_as_one_typed_value() -> None:
    named = [
        ast.unparse(argument.annotation).strip("'")
        for path in FILES
        for argument in arguments(path)
        if argument.arg == "options" and argument.annotation is not None
    ]
    typed = {"Options", "Sequence[str]"}  # a TypeVar, and unparsed words
    assert len(named) > len(typed)
    assert {kind for kind in named if not re.fullmatch(r"[A-Z]\w+Options", kind)} <= typed


def test_only_the_conversion_of_options_reads_them_by_name() -> None:
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in FILES
        if "ctx.params" in path.read_text(encoding="utf-8")
    }
    commands = {f"cli/commands/{path.name}" for path in (PACKAGE / "cli/commands").glob("*.py")}
    rows = {
        f"cli/{name}.py"
        for name in (
            "bench/bench_options",
            "local/with_command",
            "operation_command",
            "typed_batch_options",
            "typed_options",
            "wait_options",
        )
    }
    assert readers <= commands | rows
    assert rows <= readers
