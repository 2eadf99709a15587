"""A container that implements SageMaker's contract with AWS's own library for such containers.

    python -m tests.support.container DESCRIPTOR READY

It listens on the socket DESCRIPTOR, and is ready when the file READY exists. The member `do` of its
JSON input selects what it does.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import model_hosting_container_standards.sagemaker as standards
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

READY = sys.argv[2]


@standards.custom_ping_handler  # type: ignore[untyped-decorator]
async def ping(request: Request) -> Response:
    return Response(status_code=200 if exists(READY) else 503)


@standards.custom_invocation_handler  # type: ignore[untyped-decorator]
@standards.stateful_session_manager()  # type: ignore[untyped-decorator]
async def invocations(request: Request) -> Response:
    action = await request.json()
    if action["do"] == "report":
        report = {"headers": dict(request.headers), "request": action}
        return JSONResponse(report, headers={"X-Amzn-SageMaker-Custom-Attributes": "seen=1"})
    if action["do"] == "fail":
        return Response("out of memory", status_code=507)
    return StreamingResponse(chunks(action), media_type="text/event-stream")


async def chunks(action: dict[str, Any]) -> AsyncIterator[bytes]:
    yield b"one"
    if action["do"] == "break":
        raise RuntimeError("this is the end")
    while not exists(action["until"]):  # noqa: ASYNC110 - another process creates it
        await asyncio.sleep(0.01)
    yield b"two"


def exists(path: str) -> bool:
    return os.path.exists(path)


if __name__ == "__main__":
    app = FastAPI()
    standards.bootstrap(app)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    server.run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
