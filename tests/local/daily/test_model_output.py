"""What models print has the name of the endpoint before each line."""

import sys
from threading import Thread

from smrt.local.daily.model_output import labelled, labelled_output, name_output
from smrt.local.endpoint import Invocation, Prediction


def test_each_line_has_the_name_of_the_endpoint_that_printed_it() -> None:
    lines: list[str] = []

    def model(call: Invocation) -> Prediction:
        print("hello", end=" ")  # noqa: T201
        print(call.body.decode(), file=sys.stderr)  # noqa: T201
        print("a\nb\nunfinished", end="")  # noqa: T201
        return Prediction(b"", "text/plain")

    with labelled_output(lines.append):
        name_output("loading")
        print("weights")  # noqa: T201
        for name in ("iris", "ranker"):
            thread = Thread(target=labelled(name, model), args=(Invocation(b"x", {}),))
            thread.start()
            thread.join()
    assert lines == [
        "loading | weights\n",
        *(
            f"{name} | {line}\n"
            for name in ("iris", "ranker")
            for line in ("hello x", "a", "b", "unfinished")
        ),
    ]
