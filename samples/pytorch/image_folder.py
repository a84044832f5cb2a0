"""torchvision's ImageFolder and ToTensor, also beside a PyTorch that torchvision was not built for.

A wheel for CUDA beside PyTorch for CPUs lacks its compiled operators, and does not import because of
two of them. Reading images needs none, so they are declared, and stay without an implementation.
"""

import torch

try:
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import ToTensor
except RuntimeError:
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import ToTensor

__all__ = ["ImageFolder", "ToTensor"]
