"""torchvision's ImageFolder and ToTensor, also beside a PyTorch that torchvision was not built for.

A wheel for CUDA beside PyTorch for CPUs lacks its compiled operators, and does not import because of
two of them. Reading images needs none, so they are declared, and stay without an implementation.
"""

import io

import torch
from PIL import Image

try:
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import ToTensor
except RuntimeError:
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import ToTensor

__all__ = ["ImageFolder", "ToTensor", "load"]


def load(path):
    """As ImageFolder does by itself, but without a buffer: Python before 3.14 asks of each file that it
    opens with one whether it is a terminal, and a mount has to answer."""
    with open(path, "rb", buffering=0) as file:
        return Image.open(io.BytesIO(file.read())).convert("RGB")
