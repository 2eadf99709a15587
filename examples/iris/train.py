"""Train the model of this folder: a logistic regression on Fisher's 150 Iris flowers.

    pip install scikit-learn && python examples/iris/train.py

Reads iris.csv. Writes model.json for inference.py, and expected.json with scikit-learn's own
predictions for the 150 flowers.
"""

import csv
import json
from pathlib import Path

from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent


def main() -> None:
    """Train on all flowers and write both files."""
    with (HERE / "iris.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    flowers = [[float(value) for value in row[:-1]] for row in rows]
    model = LogisticRegression(max_iter=1000).fit(flowers, [row[-1] for row in rows])
    write(
        "model.json",
        {
            "features": header[:-1],
            "classes": model.classes_.tolist(),
            "coefficients": model.coef_.tolist(),
            "intercepts": model.intercept_.tolist(),
        },
    )
    write(
        "expected.json",
        {
            "species": model.predict(flowers).tolist(),
            "probabilities": model.predict_proba(flowers).tolist(),
        },
    )


def write(name: str, values: dict[str, list[object]]) -> None:
    """Write one line of JSON per list item, for readable diffs."""
    members = (
        f'  "{key}": [\n    ' + ",\n    ".join(map(json.dumps, items)) + "\n  ]"
        for key, items in values.items()
    )
    (HERE / name).write_text("{\n" + ",\n".join(members) + "\n}\n")


if __name__ == "__main__":
    main()
