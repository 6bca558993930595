"""Makes torchvision importable beside a PyTorch it was not built for: declares the operations it would bring compiled.

The networks need none of them.
"""

import torch

if not hasattr(torch.ops.torchvision, "nms"):
    torch.library.define("torchvision::nms", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
    torch.library.define("torchvision::qnms", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
