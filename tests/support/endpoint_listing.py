"""A stand-in for the operation of SageMaker that lists endpoints."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def sagemaker(
    names: list[str], *, hold: threading.Event | None = None, status: int = 200
) -> Iterator[str]:
    """A server that answers ListEndpoints, two names at a time."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["X-Amz-Target"] == "SageMaker.ListEndpoints"
            if hold:
                hold.wait(60)
            begin = int(asked.get("NextToken", 0))
            told: dict[str, object] = {
                "Endpoints": [{"EndpointName": name} for name in names[begin : begin + 2]]
            }
            if begin + 2 < len(names):
                told["NextToken"] = str(begin + 2)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
