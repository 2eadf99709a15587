"""A container that keeps SageMaker's contract, by AWS's own library for such containers.

    python -m tests.support.container PORT READY

It is ready when the file READY is there. What it does is named by the `do` of its JSON input.
"""

import asyncio
import os
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
    return Response(status_code=200 if is_there(READY) else 503)


@standards.custom_invocation_handler  # type: ignore[untyped-decorator]
@standards.stateful_session_manager()  # type: ignore[untyped-decorator]
async def invocations(request: Request) -> Response:
    given = await request.json()
    if given["do"] == "tell":
        told = {"headers": dict(request.headers), "given": given}
        return JSONResponse(told, headers={"X-Amzn-SageMaker-Custom-Attributes": "seen=1"})
    if given["do"] == "fail":
        return Response("out of memory", status_code=507)
    return StreamingResponse(words(given), media_type="text/event-stream")


async def words(given: dict[str, Any]) -> AsyncIterator[bytes]:
    yield b"one"
    if given["do"] == "break":
        raise RuntimeError("this is the end")
    while not is_there(given["until"]):  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.01)
    yield b"two"


def is_there(path: str) -> bool:
    return os.path.exists(path)


if __name__ == "__main__":
    app = FastAPI()
    standards.bootstrap(app)
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
