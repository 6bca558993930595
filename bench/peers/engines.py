"""The engines dpac is compared with. Each is a class of

  Engine(model, onnx_file, images, threads)   builds its candidates: the ways of running the same fp32 network that
                                              its makers recommend, as {name: function without arguments -> logits}
  version()                                   of the library

`model` is a torch.nn.Module in eval mode, `images` float32 [N, 3, H, W]; every candidate runs the whole batch on
`threads` threads. Libraries are imported inside the classes, for each engine lives in a process of its own.
"""

import dataclasses
import pathlib
import shutil
from collections.abc import Callable

import numpy as np

import network

Candidates = dict[str, Callable[[], np.ndarray]]


class PyTorch:
    def __init__(self, model, onnx_file: pathlib.Path, images: np.ndarray, threads: int):
        import torch

        torch.set_num_threads(threads)
        self.candidates: Candidates = {}
        for layout in (torch.contiguous_format, torch.channels_last):
            self._add_layout(torch, model, torch.from_numpy(images), layout)

    @staticmethod
    def version() -> str:
        import torch

        return torch.__version__

    def _add_layout(self, torch, model, images, layout) -> None:
        suffix = ", channels last" if layout is torch.channels_last else ""
        model = model.to(memory_format=layout)
        images = images.to(memory_format=layout)

        def inference(function) -> Callable[[], np.ndarray]:
            def run() -> np.ndarray:
                with torch.inference_mode():
                    return function(images).numpy()
            return run

        self.candidates["eager" + suffix] = inference(model)
        with torch.no_grad():
            frozen = torch.jit.freeze(torch.jit.trace(model, images))
            self.candidates["jit frozen" + suffix] = inference(torch.jit.optimize_for_inference(frozen))
        if shutil.which("c++"):
            # Freezing folds BatchNorm and prepacks the weights, which the other engines do as well.
            torch._inductor.config.freezing = True
            self.candidates["compiled" + suffix] = self._compiled(torch, model, images)

    @staticmethod
    def _compiled(torch, model, images) -> Callable[[], np.ndarray]:
        compiled = torch.compile(model)

        def run() -> np.ndarray:
            with torch.no_grad():  # Freezing does not support inference_mode.
                return compiled(images).numpy()
        return run


class OnnxRuntime:
    def __init__(self, model, onnx_file: pathlib.Path, images: np.ndarray, threads: int):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.add_free_dimension_override_by_name("batch", images.shape[0])
        # Its threads spin while they work, but not on while the next engine is measured.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        session = onnxruntime.InferenceSession(str(onnx_file), options, providers=["CPUExecutionProvider"])
        self.candidates: Candidates = {"all optimisations": lambda: session.run(None, {"images": images})[0]}

    @staticmethod
    def version() -> str:
        import onnxruntime

        return onnxruntime.__version__


class OpenVino:
    def __init__(self, model, onnx_file: pathlib.Path, images: np.ndarray, threads: int):
        import openvino

        self._openvino = openvino
        self._core = openvino.Core()
        self._onnx_file = onnx_file
        self._threads = threads
        self.candidates: Candidates = {"latency hint": self._latency(images)}
        if threads > 1 and len(images) % threads == 0:
            self.candidates["throughput hint"] = self._throughput(images)

    @staticmethod
    def version() -> str:
        import openvino

        return openvino.__version__.split("-")[0]

    def _compile(self, shape: tuple[int, ...], hint: str, streams: int):
        network = self._core.read_model(self._onnx_file)
        network.reshape(list(shape))
        return self._core.compile_model(network, "CPU", {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": hint,
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": streams,
        })

    def _latency(self, images: np.ndarray) -> Callable[[], np.ndarray]:
        """All threads on the whole batch."""
        request = self._compile(images.shape, "LATENCY", 1).create_infer_request()
        return lambda: request.infer([images], share_inputs=True)[0]

    def _throughput(self, images: np.ndarray) -> Callable[[], np.ndarray]:
        """One stream a thread, each on its share of the batch."""
        shares = np.split(images, self._threads)
        network = self._compile(shares[0].shape, "THROUGHPUT", self._threads)
        queue = self._openvino.AsyncInferQueue(network, self._threads)
        logits = [None] * self._threads
        queue.set_callback(lambda request, i: logits.__setitem__(i, request.get_output_tensor().data.copy()))

        def run() -> np.ndarray:
            for i, share in enumerate(shares):
                queue.start_async([share], i, share_inputs=True)
            queue.wait_all()
            return np.concatenate(logits)
        return run


ENGINES = {"ONNX Runtime": OnnxRuntime, "OpenVINO": OpenVino, "PyTorch": PyTorch}


@dataclasses.dataclass(frozen=True)
class ImageCase:
    """One comparison: network.write()'s folder. Its images are one batch."""

    folder: pathlib.Path
    threads: int

    plans = ("",)
    tolerance = 1e-3

    def build(self, engine: str):
        images, _ = network.load_images(self.folder)
        return ENGINES[engine](network.load_model(self.folder), network.onnx_file(self.folder), images, self.threads)

    @staticmethod
    def ways(engine, plan: str) -> Candidates:
        return engine.candidates

    def reference(self, plan: str) -> np.ndarray:
        return network.load_images(self.folder)[1]
