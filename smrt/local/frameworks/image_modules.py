"""Hints for modules that a script imports, and that are not installed here."""

from pathlib import Path

from smrt.config.installation import install_command

_IN_IMAGES = {
    "sagemaker_containers": "scikit-learn's and XGBoost's containers",
    "sagemaker_sklearn_container": "scikit-learn's container",
    "sagemaker_xgboost_container": "XGBoost's container",
    "sagemaker_algorithm_toolkit": "XGBoost's container",
    "sagemaker_pytorch_serving_container": "PyTorch's container",
    "sagemaker_huggingface_inference_toolkit": "Hugging Face's container",
    "sagemaker_mxnet_serving_container": "MXNet's container",
    "sagemaker_tensorflow_serving_container": "TensorFlow's container",
    "mms": "containers with Multi Model Server",
}
_ON_PYPI = {"sagemaker_inference": "sagemaker-inference"}


def import_hints(missing: str, folder: Path) -> list[str]:
    """What to do if the module `missing`, which code in `folder` imports, is not installed."""
    package = missing.partition(".")[0]
    if missing.startswith("sklearn.externals"):
        return ["scikit-learn 0.23 removed sklearn.externals: import joblib instead"]
    if package in _IN_IMAGES:
        image = f"{package} is in the image of {_IN_IMAGES[package]}"
        return [f"{image}: import it where it is used, or run the image and serve NAME=URL"]
    if package in _ON_PYPI:
        return [install_command([_ON_PYPI[package]])]
    requirements = folder / "requirements.txt"
    return [install_command(["-r", str(requirements)])] if requirements.is_file() else []
