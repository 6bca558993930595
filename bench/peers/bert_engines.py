"""The engines dpac is compared with on BERT, as engines.py has them for images. Each is a class of

  Engine(folder, size, threads)   of bert_files.write()'s files
  ways(batches, same_shape)       the ways of running the same fp32 network that its makers recommend, as
                                  {name: function without arguments -> logits of all the batches}; whether
                                  the batches have one shape
  version()                       of the library
"""

import concurrent.futures
import dataclasses
import pathlib
import shutil
from collections.abc import Callable

import numpy as np

import bert_files
from torch_bert import BertSize

Ways = dict[str, Callable[[], np.ndarray]]
Batches = list[bert_files.Batch]


class PyTorch:
    def __init__(self, folder: pathlib.Path, size: BertSize, threads: int):
        import torch

        torch.set_num_threads(threads)
        self._torch = torch
        self._model = bert_files.load_model(folder).fuse_attention()

    @staticmethod
    def version() -> str:
        import torch

        return torch.__version__

    def ways(self, batches: Batches, same_shape: bool) -> Ways:
        torch = self._torch
        # Without a mask that masks nothing, as Hugging Face's models run: attention is faster so.
        names = bert_files.INPUTS[:2] if all(batch["mask"].all() for batch in batches) else bert_files.INPUTS
        inputs = [tuple(torch.from_numpy(batch[name]) for name in names) for batch in batches]
        ways = {"eager": self._way(self._model, inputs, torch.inference_mode)}
        with torch.no_grad():
            frozen = torch.jit.freeze(torch.jit.trace(self._model, inputs[0], check_trace=False))
            frozen = torch.jit.optimize_for_inference(frozen)
        ways["jit frozen"] = self._way(frozen, inputs, torch.inference_mode)
        if shutil.which("c++"):
            torch._dynamo.reset()
            torch._inductor.config.freezing = same_shape  # It is for constant shapes.
            compiled = torch.compile(self._model, dynamic=not same_shape)
            ways["compiled"] = self._way(compiled, inputs, torch.no_grad)  # Freezing bars inference_mode.
        return ways

    def _way(self, function, inputs: list[tuple], mode) -> Callable[[], np.ndarray]:
        def run() -> np.ndarray:
            with mode():
                return np.concatenate([function(*one).numpy() for one in inputs])
        return run


class OnnxRuntime:
    """With what its transformer optimiser makes of the network: fused attention, GELU and LayerNorm."""

    def __init__(self, folder: pathlib.Path, size: BertSize, threads: int):
        from onnxruntime.transformers import optimizer
        from onnxruntime.transformers.fusion_options import FusionOptions

        self._threads = threads
        self._plain, self._fused = bert_files.onnx_file(folder), folder / "fused.onnx"
        fused = optimizer.optimize_model(str(self._plain), model_type="bert", num_heads=size.heads,
                                         hidden_size=size.features, optimization_options=FusionOptions("bert"),
                                         opt_level=0)
        found = fused.get_fused_operator_statistics()
        if found["Attention"] != size.layers or found["SkipLayerNormalization"] != 2 * size.layers:
            raise RuntimeError(f"ONNX Runtime: its optimiser has not fused all layers: {found}")
        fused.save_model_to_file(str(self._fused))

    @staticmethod
    def version() -> str:
        import onnxruntime

        return onnxruntime.__version__

    def ways(self, batches: Batches, same_shape: bool) -> Ways:
        ways = {"all optimisations": self._in_turn(self._plain, batches),
                "transformer optimiser": self._in_turn(self._fused, batches)}
        if self._threads > 1 and len(jobs := _jobs(batches, self._threads)) > 1:
            ways["transformer optimiser, one batch a thread"] = self._side_by_side(self._fused, jobs)
        return ways

    @staticmethod
    def _session(file: pathlib.Path, threads: int):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.add_session_config_entry("session.force_spinning_stop", "1")
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def _in_turn(self, file: pathlib.Path, batches: Batches) -> Callable[[], np.ndarray]:
        session = self._session(file, self._threads)
        return lambda: np.concatenate([session.run(None, batch)[0] for batch in batches])

    def _side_by_side(self, file: pathlib.Path, jobs: Batches) -> Callable[[], np.ndarray]:
        session = self._session(file, 1)
        pool = concurrent.futures.ThreadPoolExecutor(self._threads)
        return lambda: np.concatenate(list(pool.map(lambda job: session.run(None, job)[0], jobs)))


class OpenVino:
    def __init__(self, folder: pathlib.Path, size: BertSize, threads: int):
        import openvino

        self._openvino = openvino
        self._core = openvino.Core()
        self._file = bert_files.onnx_file(folder)
        self._threads = threads

    @staticmethod
    def version() -> str:
        import openvino

        return openvino.__version__.split("-")[0]

    def ways(self, batches: Batches, same_shape: bool) -> Ways:
        ways = {"latency hint": self._latency(batches, same_shape)}
        if self._threads > 1 and len(jobs := _jobs(batches, self._threads)) > 1:
            ways["throughput hint"] = self._throughput(jobs, same_shape)
        return ways

    def _compile(self, batches: Batches, same_shape: bool, hint: str, streams: int):
        network = self._core.read_model(self._file)
        shape = list(batches[0]["ids"].shape) if same_shape else [-1, -1]
        network.reshape({name: shape for name in bert_files.INPUTS})
        return self._core.compile_model(network, "CPU", {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": hint,
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": streams,
        })

    def _latency(self, batches: Batches, same_shape: bool) -> Callable[[], np.ndarray]:
        """All threads on one batch after another."""
        request = self._compile(batches, same_shape, "LATENCY", 1).create_infer_request()
        return lambda: np.concatenate([request.infer(batch, share_inputs=True)[0].copy() for batch in batches])

    def _throughput(self, jobs: Batches, same_shape: bool) -> Callable[[], np.ndarray]:
        """One stream a thread."""
        network = self._compile(jobs, same_shape, "THROUGHPUT", self._threads)
        queue = self._openvino.AsyncInferQueue(network, self._threads)
        logits = [None] * len(jobs)
        queue.set_callback(lambda request, i: logits.__setitem__(i, request.get_output_tensor().data.copy()))

        def run() -> np.ndarray:
            for i, job in enumerate(jobs):
                queue.start_async(job, i, share_inputs=True)
            queue.wait_all()
            return np.concatenate(logits)
        return run


def _shares(batch: bert_files.Batch, count: int) -> Batches:
    split = {name: np.split(array, count) for name, array in batch.items()}
    return [{name: arrays[i] for name, arrays in split.items()} for i in range(count)]


def _jobs(batches: Batches, threads: int) -> Batches:
    """What may run side by side: whole batches, or of fewer than there are threads, shares as large as each other."""
    if len(batches) >= threads:
        return batches
    if any(len(batch["ids"]) % threads for batch in batches):
        return []
    return [share for batch in batches for share in _shares(batch, threads)]


ENGINES = {"ONNX Runtime": OnnxRuntime, "OpenVINO": OpenVino, "PyTorch": PyTorch}


@dataclasses.dataclass(frozen=True)
class BertCase:
    """One comparison: bert_files.write()'s folder, and the plans by which sentences are put into batches."""

    folder: pathlib.Path
    threads: int
    size: BertSize
    plans: tuple[str, ...]
    batch: int
    longest: int

    tolerance = 1e-4

    def build(self, engine: str):
        return ENGINES[engine](self.folder, self.size, self.threads)

    def ways(self, engine, plan: str) -> Ways:
        batches = bert_files.make_batches(bert_files.load_texts(self.folder), plan, self.batch, self.longest)
        return engine.ways(batches, len({batch["ids"].shape for batch in batches}) == 1)

    def reference(self, plan: str) -> np.ndarray:
        texts = bert_files.load_texts(self.folder)
        return texts.logits[bert_files.order(texts, plan)]
