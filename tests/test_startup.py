"""The modules that a run imports: those of smrt, of other packages, and of the standard library."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import without_coverage
from tests.support.polling import LIMIT
from tests.support.project import PACKAGE
from tests.support.scripted_endpoint import Endpoint

SCRIPT = """
import sys

importers = {}


class Watch:
    @staticmethod
    def find_spec(name, path=None, target=None):
        frame = sys._getframe(1)
        while frame and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        if frame:
            importers.setdefault(name, f"{frame.f_code.co_filename}:{frame.f_lineno}")


sys.meta_path.insert(0, Watch)
listing = sys.argv.pop(1)
from smrt.__main__ import main

code = main()
loaded = {name: importers.get(name, "the interpreter") for name in sys.modules}
with open(listing, "w") as file:
    file.write(repr(loaded))
sys.exit(code)
"""

COMMAND_LINE = {
    "cli": "arguments help_option main operation_command prompt_mode",
    "invoke": "option_table",
    "output": "console formats",
    "protocol": "operations",
}
"""The modules that every run imports, by package."""
HELP = {"cli.help": "help_text page"}
CALL = {
    "cli": f"{COMMAND_LINE['cli']} typed_options",
    "cli.commands": "invoke_endpoint",
    "client": "attempts caller dependencies payload",
    "config": "configuration connection_options credentials paths profiles settings",
    "invoke": "inputs invocation metadata option_table options paramfile",
    "output": "body console outfile",
    "output.formats": "json_",
    "protocol": "endpoint_rules messages operations parameters responses retry sha256 sigv4 urls",
    "transport": "connection pool response_parser streaming_body translation",
}
TLS = {"transport": "tls"}


def modules(*tables: dict[str, str]) -> set[str]:
    """The names of the modules in `tables`, their packages, and the top-level modules."""
    names = {f"{package}.{name}" for t in tables for package in t for name in t[package].split()}
    parents = {name.rpartition(".")[0] for name in names}
    parents |= {name.rpartition(".")[0] for name in parents} - {""}
    return {
        "smrt",
        "smrt.__main__",
        "smrt.errors",
        "smrt.named_tuple",
        *(f"smrt.{name}" for name in names | parents),
    }


NEVER = {
    "argparse",
    "ast",
    "asyncio",
    "bz2",
    "concurrent",
    "configparser",
    "decimal",
    "difflib",
    "dis",
    "email",
    "encodings.idna",
    "getpass",
    "hashlib",
    "hmac",
    "glob",
    "html",
    "http",
    "importlib.metadata",
    "inspect",
    "importlib.resources",
    "logging",
    "lzma",
    "multiprocessing",
    "pathlib",
    "pickle",
    "random",
    "shutil",
    "signal",
    "socketserver",
    "ssl",
    "statistics",
    "subprocess",
    "tempfile",
    "tokenize",
    "urllib",
    "xml",
    "zipfile",
}
"""Modules of the standard library that a plain call does not import, nor their submodules."""
NOT_FOR_HELP = {"base64", "hashlib", "hmac", "json", "select", "socket"}


INHERENT = {"select", "signal", "subprocess"} if sys.version_info < (3, 11) else set[str]()
"""Modules that click imports: in Python 3.10, platform needs them."""


class Loaded(NamedTuple):
    modules: dict[str, str]

    def of_smrt(self) -> set[str]:
        return {name for name in self.modules if name.partition(".")[0] == "smrt"}

    def foreign(self) -> set[str]:
        """Packages that are neither ours nor Python's; Cython makes modules without a file."""
        tops = {name.partition(".")[0] for name in self.modules if "cython" not in name}
        return tops - set(sys.stdlib_module_names) - {"smrt", "__main__", "__mp_main__"}

    def unwanted(self, names: set[str]) -> dict[str, str]:
        """The imported modules among `names`, each with the line that imports it."""
        return {
            module: importer
            for module, importer in self.modules.items()
            if any(f"{module}.".startswith(f"{name}.") for name in names - INHERENT)
        }


def loaded(environ: dict[str, str], folder: Path, *argv: str) -> Loaded:
    """Run a command line in an interpreter without the .pth files of site-packages."""
    listing = folder / "modules"
    path = os.pathsep.join(filter(None, sys.path))
    ran = subprocess.run(
        [sys.executable, "-S", "-c", SCRIPT, str(listing), *argv],
        env={**without_coverage(environ), "PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=LIMIT,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return Loaded(ast.literal_eval(listing.read_text()))


@pytest.mark.parametrize("option", ["--version", "--help", "help"])
def test_help_and_version_import_only_the_command_line(
    environ: dict[str, str], tmp_path: Path, option: str
) -> None:
    result = loaded(environ, tmp_path, option)
    assert result.unwanted(NEVER | NOT_FOR_HELP) == {}
    assert result.foreign() == {"click"}
    assert result.of_smrt() == modules(COMMAND_LINE, {} if option == "--version" else HELP)


def configure(environ: dict[str, str], source: str) -> set[str]:
    """Configure credentials in the environment or a profile; return the modules that this needs."""
    if source == "environment":
        return set()
    folder = Path(environ["HOME"], ".aws")
    folder.mkdir()
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    lines = [f"{name.lower()} = {environ.pop(name)}" for name in names]
    (folder / "credentials").write_text("\n".join(["[default]", *lines]))
    (folder / "config").write_text("[default]\nregion = eu-west-1\n")
    return {"configparser"}


LINE = ("invoke-endpoint", "--endpoint-name", "e", "--body", "aGk=", "out")


@pytest.mark.parametrize("source", ["environment", "profile"])
def test_a_plain_call_imports_only_what_it_needs(
    endpoint: Endpoint, environ: dict[str, str], tmp_path: Path, source: str
) -> None:
    needed = configure(environ, source)
    environ["AWS_ENDPOINT_URL"] = endpoint.url
    result = loaded(environ, tmp_path, *LINE)
    assert result.unwanted(NEVER - needed) == {}
    assert result.foreign() == {"click", "httptools"}
    assert result.of_smrt() == modules(CALL)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("source", ["environment", "profile"])
def test_a_plain_call_over_tls_also_imports_tls(
    secure: Endpoint, ca_bundle: str, environ: dict[str, str], tmp_path: Path, source: str
) -> None:
    needed = configure(environ, source) | {"ssl"}
    environ |= {"AWS_ENDPOINT_URL": secure.url, "AWS_CA_BUNDLE": ca_bundle}
    result = loaded(environ, tmp_path, *LINE)
    assert result.unwanted(NEVER - needed) == {}
    assert result.foreign() == {"click", "httptools"}
    assert result.of_smrt() == modules(CALL, TLS)
    assert len(secure.requests) == 1


def test_the_default_certificates_of_openssl_import_nothing_else(
    secure: Endpoint, ca_bundle: str, environ: dict[str, str], tmp_path: Path
) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    ran = subprocess.run(
        [openssl, "x509", "-noout", "-hash", "-in", ca_bundle], capture_output=True, check=True
    )
    shutil.copy(ca_bundle, tmp_path / f"{ran.stdout.decode().strip()}.0")
    environ |= {"AWS_ENDPOINT_URL": secure.url, "SSL_CERT_DIR": str(tmp_path)}
    result = loaded(environ, tmp_path, *LINE)
    assert result.unwanted(NEVER - {"ssl"}) == {}
    assert result.foreign() == {"click", "httptools"}
    assert result.of_smrt() == modules(CALL, TLS)


def test_the_package_alone_imports_nothing(tmp_path: Path) -> None:
    code = "import sys; before = set(sys.modules); import smrt; print(set(sys.modules) - before)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    result = {name.partition(".")[0] for name in ast.literal_eval(ran.stdout.decode())}
    assert result - set(sys.stdlib_module_names) == {"smrt"}


def test_a_plain_call_defines_no_named_tuple_of_typing() -> None:
    """Each would take as long as five of smrt's."""
    top = PACKAGE.parent
    names = [name.replace(".", "/") for name in modules(CALL, TLS) - {"smrt.named_tuple"}]
    paths = [path for name in names for path in (top / f"{name}.py", top / name / "__init__.py")]
    files = [path for path in paths if path.exists()]
    assert len(files) == len(names)
    imports = re.compile("^from typing import .*NamedTuple", re.MULTILINE)
    assert [path for path in files if imports.search(path.read_text(encoding="utf-8"))] == []
