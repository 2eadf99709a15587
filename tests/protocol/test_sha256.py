"""SHA-256 without OpenSSL, compared with OpenSSL's."""

import hashlib
import hmac
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smrt.protocol import sha256 as module
from tests.support.project import PACKAGE

OWN = """
import sys
from smrt.protocol.sha256 import LARGE, hmac_sha256, sha256

for size in (0, 1, 1000, LARGE - 1):
    print(sha256(bytes(size)).hexdigest())
for size in (0, 1, 63, 64, 65, 200):
    print(hmac_sha256(bytes(range(size)), b"message").hex())
print("_hashlib" in sys.modules)
print(sha256(bytes(LARGE)).hexdigest())
print("_hashlib" in sys.modules)
"""


def test_small_input_is_hashed_without_openssl() -> None:
    ran = subprocess.run(
        [sys.executable, "-S", "-c", OWN],
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        check=True,
    )
    sizes = (0, 1, 1000, module.LARGE - 1)
    keys = [bytes(range(size)) for size in (0, 1, 63, 64, 65, 200)]
    assert ran.stdout.decode().split() == [
        *(hashlib.sha256(bytes(size)).hexdigest() for size in sizes),
        *(hmac.digest(key, b"message", "sha256").hex() for key in keys),
        "False",
        hashlib.sha256(bytes(module.LARGE)).hexdigest(),
        "True",
    ]


@pytest.mark.parametrize("openssl", [True, False])
@given(key=st.binary(max_size=200), data=st.binary(), more=st.binary())
def test_hashes_equal_openssls(*, openssl: bool, key: bytes, data: bytes, more: bytes) -> None:
    loaded = sys.modules.pop("_hashlib")
    try:
        if openssl:
            sys.modules["_hashlib"] = loaded
        digest, code = module.sha256(data), module.hmac_sha256(key, data)
        digest.update(more)
    finally:
        sys.modules["_hashlib"] = loaded
    assert digest.digest() == hashlib.sha256(data + more).digest()
    assert code == hmac.digest(key, data, "sha256")
