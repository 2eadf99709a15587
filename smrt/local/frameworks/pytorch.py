"""PyTorch's container: tensors in, tensors out, no gradients.

https://github.com/aws/sagemaker-pytorch-inference-toolkit
"""

from pathlib import Path
from typing import Any

from smrt.errors import UsageError
from smrt.local import media

from .framework import Framework, first_supported_output

_FILE = "model.pt"
_SUFFIXES = (".pt", ".pth")


def torchscript(model_dir: str, _: object) -> Any:
    """The default model_fn: load the model that torch.jit.save wrote. Raises UsageError."""
    import torch

    device = _device()
    return torch.jit.load(str(_model_file(Path(model_dir))), map_location=device).to(device)


def has_model_file(model_dir: Path) -> bool:
    """Whether the default model_fn has anything to load."""
    return any(path.suffix in _SUFFIXES for path in model_dir.iterdir())


def _model_file(folder: Path) -> Path:
    if (folder / _FILE).is_file():
        return folder / _FILE
    files = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    if len(files) != 1:
        names = ", ".join(path.name for path in files)
        raise UsageError(f"without model_fn, one .pt or .pth file is required, not: {names}")
    return files[0]


def _tensor(body: Any, content_type: str | None, _: object) -> Any:
    import torch

    array = media.decode(body, content_type)
    is_text = content_type in media.TEXT_TYPES
    tensor = torch.FloatTensor(array) if is_text else torch.from_numpy(array)
    return tensor.to(_device())


def _predicted(data: Any, model: Any, _: object) -> Any:
    import torch

    with torch.no_grad():
        on_device = model.to(_device())
        on_device.eval()
        return on_device(data.to(_device()))


def _encoded_tensor(prediction: Any, accept: str, context: object) -> Any:
    """The body alone: the response has the content type that the client accepts."""
    import torch

    if isinstance(prediction, torch.Tensor):
        prediction = prediction.detach().cpu().numpy().tolist()
    result = first_supported_output(prediction, accept, context)
    return result[0] if isinstance(result, tuple) else result


def _device() -> Any:
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


PYTORCH = Framework({"input_fn": _tensor, "predict_fn": _predicted, "output_fn": _encoded_tensor})
