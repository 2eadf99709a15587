"""nginx as an endpoint that costs little, on a processor of its own.

It responds with 1 KB of JSON; the endpoint `rows` with a line for each of 100 rows.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

BODY = '{"y":"%s"}' % ("y" * 1016)
"""1 KB of JSON."""
ROWS = 100
_CONFIG = """
daemon off;
worker_processes 1;
worker_cpu_affinity {cpu:b};
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_buffer_size 64k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type application/json;
  server {{
    {listen}
    add_header x-amzn-RequestId $request_id;
    add_header x-Amzn-Invoked-Production-Variant AllTraffic;
    location / {{ return 200 '{body}'; }}
    location /endpoints/rows/ {{ default_type text/csv; return 200 '{rows}'; }}
  }}
}}
"""
_LISTEN = {
    "http": "listen 127.0.0.1:{port};",
    "https": "listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/ca.pem; "
    "ssl_certificate_key {folder}/key.pem;",
}


def path() -> str | None:
    """The path of the program, which is in no user's PATH on some systems."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def serving(folder: str, *, tls: bool, cpu: int) -> Iterator[dict[str, str]]:
    """Run nginx on one processor; yields its URLs by scheme. The certificate is in `folder`."""
    program = path()
    assert program is not None
    ports = {scheme: _free_port() for scheme in ("http", "https")[: 1 + tls]}
    listen = "\n".join(
        _LISTEN[scheme].format(port=port, folder=folder) for scheme, port in ports.items()
    )
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w") as file:
        file.write(
            _CONFIG.format(
                cpu=1 << cpu, folder=folder, listen=listen, body=BODY, rows="setosa\n" * ROWS
            )
        )
    command = [program, "-p", folder, "-e", os.path.join(folder, "nginx.log"), "-c", config]
    with subprocess.Popen(command) as server:
        try:
            for port in ports.values():
                _wait_for(port)
            yield {scheme: f"{scheme}://127.0.0.1:{port}" for scheme, port in ports.items()}
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
    return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
