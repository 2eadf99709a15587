"""A stand-in for SageMaker's ListEndpoints."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def sagemaker(
    names: list[str], *, hold: threading.Event | None = None, status: int = 200
) -> Iterator[str]:
    """A server that responds to ListEndpoints with two names per page, once `hold` is set."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["X-Amz-Target"] == "SageMaker.ListEndpoints"
            if hold:
                hold.wait(60)
            start = int(request.get("NextToken", 0))
            page: dict[str, object] = {
                "Endpoints": [{"EndpointName": name} for name in names[start : start + 2]]
            }
            if start + 2 < len(names):
                page["NextToken"] = str(start + 2)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(page).encode())

        def log_message(self, *args: object) -> None:
            """Do not log."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
