import csv
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError

from smrt.local.endpoint import Invocation, ModelFailure, Prediction
from smrt.local.model import load_model
from tests.support.local_server import EXAMPLES, client, serve

IRIS = EXAMPLES / "iris"
EXPECTED = json.loads((IRIS / "expected.json").read_text())
CLASSES = ["setosa", "versicolor", "virginica"]
FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
SETOSA = [5.1, 3.5, 1.4, 0.2]


@pytest.fixture(scope="module")
def iris() -> Any:
    return load_model(IRIS).predict


@pytest.fixture(scope="module")
def boto() -> Iterator[Any]:
    with serve({"iris": load_model(IRIS).predict}) as url, closing(client(url)) as boto3_client:
        yield boto3_client


def measurements() -> list[list[float]]:
    with (IRIS / "iris.csv").open(newline="") as file:
        return [[float(cell) for cell in row[:4]] for row in list(csv.reader(file))[1:]]


def predict(iris: Any, body: str, content_type: str, accept: str = "*/*") -> Prediction:
    prediction: Prediction = iris(
        Invocation(body.encode(), {"ContentType": content_type, "Accept": accept})
    )
    return prediction


def body(prediction: Prediction) -> bytes:
    assert isinstance(prediction.body, bytes)
    return prediction.body


def species(prediction: Prediction) -> list[str]:
    return [each["species"] for each in json.loads(body(prediction))["predictions"]]


def test_the_data_is_fishers() -> None:
    rows = measurements()
    assert len(rows) == len(EXPECTED["species"]) == 150
    assert [round(sum(column), 1) for column in zip(*rows, strict=True)] == [
        876.5,
        458.6,
        563.7,
        179.9,
    ]


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
@pytest.mark.parametrize("content_type", ["application/json", "text/csv"])
def test_the_predictions_are_those_of_scikit_learn(
    boto: Any, content_type: str, accept: str
) -> None:
    rows = measurements()
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    body = json.dumps(rows) if content_type == "application/json" else text
    response = boto.invoke_endpoint(
        EndpointName="iris", Body=body, ContentType=content_type, Accept=accept
    )
    assert response["ContentType"] == accept
    output = response["Body"].read().decode()
    if accept == "application/json":
        predictions = json.loads(output)["predictions"]
        names = [each["species"] for each in predictions]
        probabilities = [[each["probabilities"][name] for name in CLASSES] for each in predictions]
    else:
        lines = [line.split(",") for line in output.splitlines()]
        names = [line[0] for line in lines]
        probabilities = [[float(cell) for cell in line[1:]] for line in lines]
    assert names == EXPECTED["species"]
    for actual, expected in zip(probabilities, EXPECTED["probabilities"], strict=True):
        assert actual == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_the_flowers_of_the_demo_are_distinguished(iris: Any) -> None:
    prediction = predict(iris, (IRIS / "flowers.csv").read_text(), "text/csv")
    assert prediction.content_type == "application/json"
    assert set(species(prediction)) == set(CLASSES)


OBJECT = dict(zip(FEATURES, SETOSA, strict=True))
FORMS: list[tuple[Any, int]] = [
    (SETOSA, 1),
    (OBJECT, 1),
    ([SETOSA, SETOSA], 2),
    ([OBJECT, SETOSA], 2),
    ({"instances": [SETOSA, SETOSA]}, 2),
    ({"instances": SETOSA}, 1),
]


@pytest.mark.parametrize(("value", "count"), FORMS)
def test_json_input_can_have_several_forms(iris: Any, value: Any, count: int) -> None:
    assert species(predict(iris, json.dumps(value), "application/json")) == ["setosa"] * count


def test_a_header_line_is_skipped(iris: Any) -> None:
    body = ",".join(FEATURES) + "\r\n5.1,3.5,1.4,0.2\r\n\r\n"
    assert species(predict(iris, body, "text/csv")) == ["setosa"]


def test_the_response_has_the_first_supported_type(iris: Any) -> None:
    prediction = predict(iris, json.dumps(SETOSA), "application/json", "text/html, text/csv;q=0.9")
    assert prediction.content_type == "text/csv"
    assert body(prediction).startswith(b"setosa,0.98")


INVALID = [
    ("", "text/csv", 500, "there are no flowers in the request"),
    ("[]", "application/json", 500, "there are no flowers in the request"),
    ("5.1,3.5,1.4\n", "text/csv", 500, "flower 1 needs four numbers: sepal_length"),
    ("1,2,3,4\n1,x,3,4\n", "text/csv", 500, "sepal_width of flower 2 is not a number: 'x'"),
    ("1,2,3,nan\n", "text/csv", 500, "petal_width of flower 1 is not a number: nan"),
    ("[1, 2, 3, true]", "application/json", 500, "petal_width of flower 1 is not a number: True"),
    ("[1, 2, null, 4]", "application/json", 500, "petal_length of flower 1 is not a number: None"),
    ('[{"sepal_length": 1}]', "application/json", 500, "flower 1 needs exactly these: sepal_l"),
    ("7", "application/json", 500, "flower 1 needs four numbers"),
    ("{", "application/json", 500, "Expecting property name"),
    ("1", "text/xml", 415, "send text/csv or application/json, not text/xml"),
]


@pytest.mark.parametrize(("body", "content_type", "status", "message"), INVALID)
def test_invalid_input_has_a_clear_message(
    iris: Any, body: str, content_type: str, status: int, message: str
) -> None:
    with pytest.raises(ModelFailure) as caught:
        predict(iris, body, content_type)
    assert caught.value.status == status
    assert caught.value.message.startswith(message)


def test_an_unsupported_response_type_is_not_acceptable(boto: Any) -> None:
    with pytest.raises(ClientError) as caught:
        boto.invoke_endpoint(
            EndpointName="iris", Body="1,2,3,4", ContentType="text/csv", Accept="image/png"
        )
    response: Any = caught.value.response
    assert response["OriginalStatusCode"] == 406
    assert response["OriginalMessage"] == "accept application/json or text/csv, not image/png"
