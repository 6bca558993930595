#!/usr/bin/env python3
"""Writes onnx/*.onnx, small networks as PyTorch's two exporters write them, and onnx/outputs.h5 (of gates_* and response_*
onnx/gated_outputs.h5): for each of them `image` [2, 3, H, W] and the `logits` that ONNX Runtime gives.

  mobile_old, mobile_new    depthwise convolutions, squeeze-and-excitation, hard-swish, ReLU6
  shuffle_old, shuffle_new  channel split, concatenation and shuffle; pools with ceil_mode
  vgg_old, vgg_new          a map that is flattened before fully connected layers; no BatchNorm
  channels_last             vgg_old behind a transpose: its images are [N, H, W, C]
  external                  mobile_old with its weights in a file beside it
  alias, shuffle_relu       two names of one value, of which one is scaled; a ReLU within a shuffle
  listed                    what the new exporter makes of as_strided: places in a list of all values
  pyramid_old, pyramid_new  interpolation, TensorFlow's SAME padding computed from shapes, a gate that is expanded,
                            a convolution over channels (ECA)
  gates_old, gates_new      selective kernels, split attention of two groups, a gate of one channel, learned maps
  response_old, response_new    global response normalisation, channels first and last
  resize, upsample          every mode of Resize (opset 19) and Upsample (opset 9)
  constants                 every operation on constants
  padded                    zeros around a map, and less of it, before what has no padding of its own
  refused_*                 what would give silent wrong numbers if it were taken for something else

Needs torch, onnx, onnxscript, onnxruntime, h5py and numpy.
"""

import pathlib

import h5py
import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "onnx"


class Mobile(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 3, 2, 1, bias=False), nn.BatchNorm2d(12), nn.Hardswish())
        self.depthwise = nn.Sequential(nn.Conv2d(12, 12, 5, 1, 2, groups=12), nn.BatchNorm2d(12), nn.ReLU6())
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(12, 4, 1), nn.ReLU(), nn.Conv2d(4, 12, 1),
                                     nn.Hardsigmoid())
        self.project = nn.Sequential(nn.Conv2d(12, 12, 1, bias=False), nn.BatchNorm2d(12))
        self.last = nn.Sequential(nn.Conv2d(12, 20, (1, 3), (2, 1), dilation=(1, 2)), nn.SiLU())
        self.head = nn.Sequential(nn.Dropout(), nn.Linear(20, 7))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        y = self.depthwise(x)
        x = x + self.project(y * self.squeeze(y))
        return self.head(self.last(x).mean((2, 3)))


class Shuffle(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 10, 3), nn.LeakyReLU(0.1), nn.MaxPool2d(3, 2, ceil_mode=True))
        self.branch = nn.Sequential(nn.Conv2d(5, 9, 3, padding=1), nn.BatchNorm2d(9), nn.Sigmoid())
        self.pool = nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)
        self.head = nn.Linear(14, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = self.stem(x).chunk(2, 1)
        x = torch.cat([a, self.branch(b)], 1)
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        return self.head(torch.flatten(nn.functional.adaptive_avg_pool2d(self.pool(x), 1), 1))


class Vgg(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                                      nn.Conv2d(6, 8, 3, padding=1), nn.Tanh(), nn.MaxPool2d(2))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(8 * 3 * 4, 16), nn.ReLU(), nn.Linear(16, 7))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x))


class ChannelsLast(Vgg):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.permute(0, 3, 1, 2))


class Pyramid(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 10, 3, 2)
        self.down = nn.Conv2d(10, 10, 3, 2, 1)
        self.eca = nn.Conv1d(1, 1, 5, padding=2, bias=False)
        self.head = nn.Linear(10, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        total = [torch.clamp(((size + 1) // 2 - 1) * 2 + 3 - size, min=0) if isinstance(size, torch.Tensor)
                 else max(((size + 1) // 2 - 1) * 2 + 3 - size, 0) for size in x.shape[2:]]
        rows, columns = total
        x = self.stem(nn.functional.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2]))
        coarse = torch.relu(self.down(x))
        up = nn.functional.interpolate(coarse, size=x.shape[2:], mode="bilinear")
        x = x + up + nn.functional.interpolate(coarse, scale_factor=2.0)[:, :, :x.shape[2], :x.shape[3]]
        gate = torch.sigmoid(self.eca(x.mean((2, 3)).view(x.shape[0], 1, -1))).view(x.shape[0], -1, 1, 1)
        x = torch.tanh(x - 0.5 * x.mean((2, 3), keepdim=True)) * gate.expand_as(x)
        return self.head(x.mean((2, 3)))


class SelectiveKernel(nn.Module):
    """Two convolutions, whose outputs are weighed by a softmax over both."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.paths = nn.ModuleList(nn.Conv2d(channels, channels, k, padding=k // 2) for k in (1, 3))
        self.select = nn.Sequential(nn.Conv2d(channels, 4, 1), nn.ReLU(), nn.Conv2d(4, 2 * channels, 1, bias=False))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        paths = torch.stack([torch.relu(path(x)) for path in self.paths], 1)
        scores = self.select(paths.sum(1).mean((2, 3), keepdim=True))
        n, c, h, w = scores.shape
        return (paths * torch.softmax(scores.view(n, 2, c // 2, h, w), 1)).sum(1)


class SplitAttention(nn.Module):
    """As ResNeSt has it: `radix` parts of `groups` groups, weighed by a softmax over the parts."""

    def __init__(self, channels: int, radix: int, groups: int) -> None:
        super().__init__()
        self.radix, self.groups = radix, groups
        self.conv = nn.Conv2d(channels, channels * radix, 3, padding=1, groups=groups * radix)
        self.scores = nn.Sequential(nn.Conv2d(channels, 8, 1, groups=groups), nn.ReLU(),
                                    nn.Conv2d(8, channels * radix, 1, groups=groups))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.conv(x))
        n, c, h, w = x.shape
        x = x.reshape(n, self.radix, c // self.radix, h, w)
        scores = self.scores(x.sum(1).mean((2, 3), keepdim=True))
        scores = scores.view(n, self.groups, self.radix, -1).transpose(1, 2)
        shares = torch.softmax(scores, 1).reshape(n, -1).view(n, -1, 1, 1)
        return (x * shares.reshape(n, self.radix, c // self.radix, 1, 1)).sum(1)


class Gates(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 12, 3, 2, 1)
        self.position = nn.Parameter(torch.randn(1, 12, 5, 4))
        self.factor = nn.Parameter(torch.rand(5, 1) + 0.5)
        self.last_position = nn.Parameter(torch.randn(1, 5, 4, 12))
        self.blocks = nn.Sequential(SelectiveKernel(12), SplitAttention(12, 2, 1), SplitAttention(12, 2, 2))
        self.gate = nn.Conv2d(1, 1, 3, padding=1)
        self.head = nn.Linear(12, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks((self.stem(x) + self.position) * self.factor)
        x = x * torch.sigmoid(self.gate(x.mean(1, keepdim=True)))
        x = torch.tanh((x.permute(0, 2, 3, 1) - self.last_position).permute(0, 3, 1, 2))
        return self.head(x.sum((2, 3)))


class ResponseNorm(nn.Module):
    """As ConvNeXt V2 has it."""

    def __init__(self, channels: int, last: bool) -> None:
        super().__init__()
        shape = (1, 1, 1, channels) if last else (1, channels, 1, 1)
        self.pixels, self.channels = ((1, 2), -1) if last else ((2, 3), 1)
        self.weight, self.bias = nn.Parameter(torch.randn(shape)), nn.Parameter(torch.randn(shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        norms = x.norm(p=2, dim=self.pixels, keepdim=True)
        return x + torch.addcmul(self.bias, self.weight, x * (norms / (norms.mean(self.channels, keepdim=True) + 1e-6)))


class Response(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 20, 3, 2, 1), nn.GELU(), ResponseNorm(20, last=False))
        self.wide = nn.Sequential(nn.Linear(20, 28), nn.GELU(), ResponseNorm(28, last=True))
        self.head = nn.Linear(28, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.wide(self.stem(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2).mean((2, 3)))


CASES = {"mobile": (Mobile, (13, 16)), "shuffle": (Shuffle, (14, 13)), "vgg": (Vgg, (12, 16))}
LATER_CASES = {"pyramid": (Pyramid, (16, 20))}
GATED_CASES = {"gates": (Gates, (10, 8)), "response": (Response, (9, 12))}


def randomise(net: nn.Module) -> None:
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.7, 1.3)
            module.bias.data.uniform_(-0.3, 0.3)


def export(net: nn.Module, image: tuple[int, int], new: bool, path: pathlib.Path) -> None:
    example = (torch.zeros(1, 3, *image),)
    if new:
        torch.onnx.export(net, example, path, dynamo=True, external_data=False, verbose=False)
    else:
        torch.onnx.export(net, example, path, dynamo=False, opset_version=17, input_names=["image"],
                          output_names=["logits"], dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})


def strip(path: pathlib.Path) -> None:
    """The new exporter notes where each node's source lies on the machine."""
    model = onnx.load(path)
    parts = [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output,
             *model.graph.initializer, *model.functions]
    for part in parts:
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(model, path)


def store(file: h5py.File, name: str, image: tuple[int, int], rng: np.random.Generator) -> None:
    session = onnxruntime.InferenceSession(FOLDER / f"{name}.onnx")
    images = rng.uniform(-2, 2, (2, 3, *image)).astype(np.float32)
    port = session.get_inputs()[0].name
    file[f"{name}/image"] = images
    given = images.transpose(0, 2, 3, 1) if name == "channels_last" else images
    file[f"{name}/logits"] = np.concatenate([session.run(None, {port: one[None]})[0] for one in given])


IMAGE = (6, 5)


def by_hand(name: str, nodes: list[onnx.NodeProto], constants: dict[str, np.ndarray], rng: np.random.Generator,
            opset: int = 17) -> None:
    """`nodes` lie between `y`, 8 maps of a 1x1 convolution of the image, and `z`, whose average is the output."""
    constants = constants | {"w": rng.normal(0, 1, (8, 3, 1, 1)).astype(np.float32)}
    nodes = [onnx.helper.make_node("Conv", ["image", "w"], ["y"], name="conv"), *nodes,
             onnx.helper.make_node("GlobalAveragePool", ["z"], ["mean"], name="mean"),
             onnx.helper.make_node("Flatten", ["mean"], ["logits"], name="flatten")]
    image = onnx.helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, [1, 3, *IMAGE])
    logits = onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, None)
    tensors = [onnx.numpy_helper.from_array(value, key) for key, value in constants.items()]
    graph = onnx.helper.make_graph(nodes, "by hand", [image], [logits], tensors)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)], producer_name="dpac")
    model.ir_version = 8
    onnx.save(model, FOLDER / f"{name}.onnx")


def make_by_hand(rng: np.random.Generator) -> None:
    node, ints = onnx.helper.make_node, lambda *values: np.array(values, np.int64)
    scale = rng.uniform(0.5, 2, (1, 8, 1, 1)).astype(np.float32)
    by_hand("alias", [node("Identity", ["y"], ["same"], name="same"), node("Mul", ["same", "s"], ["scaled"], name="scale"),
                      node("Add", ["scaled", "y"], ["z"], name="add")], {"s": scale}, rng)
    shuffle = [node("Reshape", ["y", "split"], ["g"], name="split"),
               node("Transpose", ["g"], ["t"], name="turn", perm=[0, 2, 1, 3, 4]), node("Relu", ["t"], ["r"], name="relu"),
               node("Reshape", ["r", "join"], ["z"], name="join")]
    by_hand("shuffle_relu", shuffle, {"split": ints(1, 2, 4, *IMAGE), "join": ints(1, 8, *IMAGE)}, rng)
    squeeze = [node("GlobalAveragePool", ["y"], ["m"], name="squeeze"), node("Reshape", ["m", "all"], ["l"], name="list"),
               node("Gather", ["l", "places"], ["g"], name="view"), node("Mul", ["y", "g"], ["z"], name="mul")]
    for name, places in (("listed", range(8)), ("refused_gather", range(7, -1, -1))):
        by_hand(name, squeeze, {"all": ints(-1), "places": ints(*places).reshape(1, 8, 1, 1)}, rng)
    by_hand("refused_batch", [node("Reshape", ["y", "rows"], ["v"], name="rows"),
                              node("Reshape", ["v", "back"], ["z"], name="back")],
            {"rows": ints(-1, 8), "back": ints(1, 8, *IMAGE)}, rng)
    by_hand("refused_axes", [node("Transpose", ["y"], ["t"], name="turn", perm=[0, 2, 3, 1]),
                             node("GlobalAveragePool", ["y"], ["m"], name="gate"), node("Mul", ["t", "m"], ["z"], name="mul")],
            {}, rng)
    by_hand("refused_slice", [node("Flatten", ["y"], ["f"], name="flat"),
                              node("Slice", ["f", "a", "b", "axis"], ["s"], name="part"),
                              node("Reshape", ["s", "back"], ["z"], name="back")],
            {"a": ints(0), "b": ints(4), "axis": ints(1), "back": ints(1, 4, 1, 1)}, rng)
    by_hand("refused_softmax", [node("GlobalAveragePool", ["y"], ["m"], name="squeeze"),
                                node("Softmax", ["m"], ["p"], name="softmax", axis=1),
                                node("Mul", ["y", "p"], ["z"], name="mul")], {}, rng)
    by_hand("refused_cast", [node("Cast", ["y"], ["c"], name="cast", to=onnx.TensorProto.INT32),
                             node("Cast", ["c"], ["z"], name="back", to=onnx.TensorProto.FLOAT)], {}, rng)


def make_resizes(rng: np.random.Generator) -> None:
    """Each resized map is seen by a convolution as large as it, so that every pixel counts."""
    node, channels, height, width = onnx.helper.make_node, 2, *IMAGE

    def save(name: str, opset: int, resizes: list[tuple[str, dict, tuple[float, float], bool]]) -> None:
        nodes, ends = [node("Conv", ["y", "few"], ["x"], name="few")], []
        constants = {"few": rng.normal(0, 1, (channels, 8, 1, 1)).astype(np.float32), "none": np.zeros(0, np.float32)}
        for i, (op, attributes, (rows, columns), by_size) in enumerate(resizes):
            sizes = [int(height * rows + 1e-6), int(width * columns + 1e-6)]
            constants[f"s{i}"] = np.array([1, 1, rows, columns], np.float32)
            inputs = ["x", f"s{i}"] if op == "Upsample" else ["x", "none", f"s{i}"]
            if by_size:
                constants[f"s{i}"] = np.array([1, channels, *sizes], np.int64)
                inputs = ["x", "none", "none", f"s{i}"]
            constants[f"w{i}"] = (rng.normal(0, 1, (1, channels, *sizes)) / np.prod(sizes) ** 0.5).astype(np.float32)
            nodes += [node(op, inputs, [f"r{i}"], name=f"resize{i}", **attributes),
                      node("Conv", [f"r{i}", f"w{i}"], [f"e{i}"], name=f"end{i}")]
            ends.append(f"e{i}")
        by_hand(name, [*nodes, node("Concat", ends, ["z"], name="ends", axis=1)], constants, rng, opset)

    modes, roundings = ["asymmetric", "half_pixel", "align_corners", "pytorch_half_pixel"], [
        "floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]
    scales, by_size = [(2, 2), (0.5, 3), (1.7, 0.7), (1.25, 0.21)], [(3, 2), (0.5, 1.2), (5 / 3, 0.6), (1, 0.2)]
    resizes = []
    for i, mode in enumerate([*modes, "half_pixel_symmetric"]):
        for k, rounding in enumerate(roundings):
            attributes = {"coordinate_transformation_mode": mode, "mode": "linear"}
            nearest = attributes | {"mode": "nearest", "nearest_mode": rounding}
            factors = [scales, by_size][(i + k) % 2]
            resizes.append(("Resize", attributes, factors[k], factors is by_size))
            resizes.append(("Resize", nearest, factors[(i + k) % 4], factors is by_size))
    save("resize", 19, resizes)
    save("upsample", 9, [("Upsample", {"mode": mode}, factor, False)
                         for mode in ("nearest", "linear") for factor in ((2, 2), (1, 3), (3, 1.5))])


def make_constants(rng: np.random.Generator) -> None:
    """Each result, times a random number, is part of a scale for each channel."""
    make = onnx.helper.make_node
    floats, ints = lambda *shape: rng.uniform(0.5, 3, shape).astype(np.float32), lambda *v: np.array(v, np.int64)
    constants = {"a": floats(2, 1, 3), "b": floats(4, 1), "i": ints(-7, 5, 9, -3), "j": ints(2, -3, 4, 5), "k": ints(3, 2),
                 "two": ints(2), "one": ints(1), "zero": ints(0), "minus": ints(-1), "first": ints(0, 2), "all": ints(-1),
                 "shape": ints(2, 4, 3), "open": ints(0, -1), "yes": np.array([[True], [False]]), "starts": ints(-1, 0), "ends": ints(-100, 3),
                 "steps": ints(-1, 2), "axes": ints(2, 0), "low": np.float32(1), "high": np.float32(2), "m1": floats(1),
                 "n0": np.array(1, np.int64), "n1": np.array(8, np.int64),
                 "n2": np.array(3, np.int64), "f0": np.float32(3), "f1": np.float32(-1), "f2": np.float32(-0.75)}
    results = []

    def call(op: str, *inputs: str, outputs: int = 1, **attributes: object) -> str:
        names = [f"c{len(nodes)}_{k}" for k in range(outputs)]
        nodes.append(make(op, list(inputs), names, name=f"{op}{len(nodes)}", **attributes))
        results.extend(names)
        return names[0]

    nodes = []
    for op in ("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"):
        call(op, "a", "b")
        call(op, "i", "j") if op != "Pow" else call(op, "i", "two")
    call("Mod", "i", "j")
    call("Mod", "i", "j", fmod=1)
    call("Max", "i", "j", "two")
    call("And", "yes", call("Less", "i", "j"))
    call("Or", "yes", call("Not", call("Less", "i", "j")))
    for op in ("Neg", "Abs"):
        call(op, "i")
    for op in ("Neg", "Abs", "Ceil", "Floor", "Round", "Sqrt", "Reciprocal"):
        call(op, "a")
    call("Cast", call("Neg", "a"), to=onnx.TensorProto.INT32)
    call("Cast", "i", to=onnx.TensorProto.BOOL)
    call("Where", "yes", "i", "j")
    call("Where", call("Greater", "a", "b"), "a", "b")
    call("ReduceSum", "a", "axes", keepdims=0)
    call("ReduceSum", "i")
    call("ReduceProd", "j", axes=[0])
    call("ReduceMax", "a", axes=[-1])
    call("ReduceMin", "a", axes=[0, 2], keepdims=0)
    call("ReduceMean", "a", axes=[0])
    call("Clip", "a", "low", "high")
    call("Clip", "i", "", "n2")
    call("BatchNormalization", "a", "m1", "m1", "m1", "m1")
    nodes.append(make("BatchNormalization", ["a", "m1", "m1", "m1", "m1"], ["own", "own_mean", "own_variance"], name="own", training_mode=1))
    results.append("own")
    call("Shape", "a", start=1)
    call("Size", "a")
    call("ConstantOfShape", "k", value=onnx.numpy_helper.from_array(ints(7)))
    call("ConstantOfShape", "k")
    call("Range", "n0", "n1", "n2")
    call("Range", "f0", "f1", "f2")
    call("Reshape", "a", "open")
    call("Flatten", "a", axis=1)
    call("Squeeze", "a", "one")
    call("Unsqueeze", "b", "first")
    call("Transpose", "a")
    wide = call("Expand", "a", "shape")
    call("Transpose", wide, perm=[1, 2, 0])
    call("Tile", "b", "k")
    call("Slice", wide, "starts", "ends", "axes", "steps")
    call("Gather", wide, "first", axis=1)
    call("Gather", "i", "minus")
    call("Concat", wide, wide, axis=1)
    call("Split", "i", outputs=2)
    call("Split", wide, "split", axis=1, outputs=3)
    constants["split"] = ints(1, 0, 3)
    session = []
    for k, name in enumerate(results):
        nodes += [make("Cast", [name], [f"{name}f"], to=onnx.TensorProto.FLOAT, name=f"{name}f"),
                  make("Reshape", [f"{name}f", "all"], [f"{name}r"], name=f"{name}r")]
        session.append(f"{name}r")
    graph = onnx.helper.make_graph([*nodes, make("Concat", session, ["list"], axis=0)], "list", [],
                                   [onnx.helper.make_tensor_value_info("list", onnx.TensorProto.FLOAT, None)],
                                   [onnx.numpy_helper.from_array(value, key) for key, value in constants.items()])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    values = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {})[0]
    rows = -(-values.size // 8)
    constants |= {"pad": np.zeros(rows * 8 - values.size, np.float32), "rows": ints(-1, 8),
                  "each": (rng.uniform(0.5, 1, (rows, 8)) / rows).astype(np.float32), "scale": ints(1, 8, 1, 1)}
    nodes += [make("Concat", [*session, "pad"], ["list"], axis=0, name="list"),
              make("Reshape", ["list", "rows"], ["table"], name="table"), make("Mul", ["table", "each"], ["parts"], name="parts"),
              make("ReduceSum", ["parts", "zero"], ["sum"], name="sum"), make("Reshape", ["sum", "scale"], ["s"], name="s"),
              make("Mul", ["y", "s"], ["z"], name="mul")]
    by_hand("constants", nodes, constants, rng)


def make_padded(rng: np.random.Generator) -> None:
    node, nodes, means = onnx.helper.make_node, [], []
    pads = {"relu": (0, 0, 1, 0, 0, 0, 2, 1), "max": (0, 0, 1, 1, 0, 0, 1, 0), "avg": (0, 0, 1, 0, 0, 0, 1, 1),
            "crop": (0, 0, -1, 2, 0, 0, 1, -2), "conv": (0, 0, 1, 1, 0, 0, 0, 1)}
    for key in pads:
        nodes.append(node("Pad", ["y", key], [f"{key}p"], name=f"{key}_pad"))
    nodes += [node("Sigmoid", ["relup"], ["relua"], name="sigmoid"),
              node("MaxPool", ["maxp"], ["maxa"], name="max", kernel_shape=[3, 3], strides=[2, 2]),
              node("AveragePool", ["avgp"], ["avga"], name="average", kernel_shape=[3, 2], ceil_mode=1, strides=[2, 2]),
              node("Tanh", ["cropp"], ["cropa"], name="tanh"), node("Pad", ["convp", "relu"], ["convq"], name="more"),
              node("Conv", ["convq", "k"], ["conva"], name="conv3", strides=[2, 1])]
    for key in pads:
        nodes.append(node("GlobalAveragePool", [f"{key}a"], [f"{key}_mean"], name=f"{key}_mean"))
        means.append(f"{key}_mean")
    kernel = rng.normal(0, 0.3, (4, 8, 3, 3)).astype(np.float32)
    by_hand("padded", [*nodes, node("Concat", means, ["z"], name="means", axis=1)],
            {key: np.array(value, np.int64) for key, value in pads.items()} | {"k": kernel}, rng)


def make_both(file: h5py.File, name: str, net: nn.Module, image: tuple[int, int], rng: np.random.Generator) -> None:
    """Of PyTorch's old exporter and its new one."""
    for kind in ("old", "new"):
        export(net, image, kind == "new", FOLDER / f"{name}_{kind}.onnx")
        strip(FOLDER / f"{name}_{kind}.onnx")
        store(file, f"{name}_{kind}", image, rng)


def make_later(file: h5py.File) -> None:
    torch.manual_seed(2)
    rng = np.random.default_rng(2)
    for name, (make, image) in LATER_CASES.items():
        make_both(file, name, make().eval(), image, rng)
    make_resizes(rng)
    make_constants(rng)
    make_padded(rng)
    for name in ("resize", "upsample", "constants", "padded"):
        store(file, name, IMAGE, rng)


def make_gated() -> None:
    torch.manual_seed(3)
    rng = np.random.default_rng(3)
    with h5py.File(FOLDER / "gated_outputs.h5", "w") as file:
        for name, (make, image) in GATED_CASES.items():
            make_both(file, name, make().eval(), image, rng)


def main() -> None:
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    FOLDER.mkdir(exist_ok=True)
    with h5py.File(FOLDER / "outputs.h5", "w") as file:
        for name, (make, image) in CASES.items():
            net = make().eval()
            randomise(net)
            make_both(file, name, net, image, rng)
        last, (height, width) = ChannelsLast().eval(), CASES["vgg"][1]
        torch.onnx.export(last, (torch.zeros(1, height, width, 3),), FOLDER / "channels_last.onnx", dynamo=False,
                          opset_version=17)
        strip(FOLDER / "channels_last.onnx")
        store(file, "channels_last", CASES["vgg"][1], rng)
        make_by_hand(rng)
        for name in ("alias", "shuffle_relu", "listed"):
            store(file, name, IMAGE, rng)
        (FOLDER / "external.bin").unlink(missing_ok=True)  # It would be appended to.
        model = onnx.load(FOLDER / "mobile_old.onnx")
        onnx.save(model, FOLDER / "external.onnx", save_as_external_data=True, location="external.bin", size_threshold=0)
        store(file, "external", CASES["mobile"][1], rng)
        make_later(file)
    make_gated()


if __name__ == "__main__":
    main()
