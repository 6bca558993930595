"""A network that runs on arrays."""

from __future__ import annotations

import fnmatch
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Literal, Union

import numpy as np
import numpy.typing as npt

from dpac import _native
from dpac._native import Error
from dpac.data import Data, arrays, pixels
from dpac.layers import Layer, Layers
from dpac.results import BitsResult, Evaluation, Learned, Search, WithEnergies
from dpac.settings import METHODS, Bits, Noise, PerLayer, Ranges, choice, make_setting
from dpac.studies import Remark, preprocess, study

#: Of a study: for all layers, several of these, by layer, of a result, or of a file.
Energies = Union[float, Sequence[float], Mapping[str, npt.ArrayLike], WithEnergies, str, "os.PathLike[str]"]


class Network:
    """A network with its weights; load() and from_torch() make one.

    Calls compile it for the noise, quantisers and number of samples that they are given; the last 4 of these are kept,
    so that calls like earlier ones only run. Results do not depend on the number of samples or threads.
    """

    threads: int
    """Threads to compute with; 0: all that OpenMP gives, which torch.set_num_threads() decides too."""

    def __init__(self, native: _native.NativeNetwork) -> None:
        self.native = native
        self._layers = Layers(Layer(*fields) for fields in native.layers)
        self._input: tuple[int, int, int] = native.input
        self._reads_text: bool = native.reads_text
        self._classes: int = native.classes
        self.threads = 0

    def __repr__(self) -> str:
        shape = f"{self._input[0]} tokens at most" if self._reads_text else "x".join(map(str, self._input))
        return f"<dpac.Network {self.architecture}: {shape} -> {self.classes}, {len(self._layers)} analog layers>"

    @property
    def architecture(self) -> str:
        """For people: "ResNet50 v1.5"."""
        return self.native.architecture

    @property
    def format(self) -> str:
        """Of the weight file, for people."""
        return self.native.format

    @property
    def reads_text(self) -> bool:
        """Whether it is a BERT."""
        return self._reads_text

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(C, H, W) of an image; (tokens at most,) of a text."""
        return self._input[:1] if self._reads_text else self._input

    @property
    def classes(self) -> int:
        """Outputs of a sample: classes, or features."""
        return self._classes

    @property
    def class_names(self) -> list[str]:
        """Empty where the file does not say them."""
        return self.native.class_names

    @property
    def parameters(self) -> int:
        """In the file, BatchNorm's four per channel included."""
        return self.native.parameters

    @property
    def layers(self) -> Layers:
        """The analog layers, in order; shown as a table."""
        return Layers(self._layers)

    @property
    def quantized_tensors(self) -> list[str]:
        """What has a quantiser, in the order of ranges."""
        return list(self.native.tensors)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the analog layers for one sample."""
        return sum(layer.macs for layer in self._layers)

    @property
    def assumed(self) -> list[str]:
        """Sentences: what no file says and was chosen."""
        return self.native.assumed

    @property
    def left_out(self) -> list[str]:
        """Sentences: what is in the files and was not taken."""
        return self.native.left_out

    def __call__(
        self,
        x: npt.ArrayLike,
        *,
        token_types: npt.ArrayLike | None = None,
        mask: npt.ArrayLike | None = None,
        noise: Noise = "none",
        energy: PerLayer | None = None,
        seed: int = 0,
        first_sample: int = 0,
        repeats: PerLayer = 1,
        bits: Bits = "auto",
        weight_bits: Bits = "auto",
        act_bits: Bits = "auto",
        ranges: Mapping[str, tuple[float, float]] | None = None,
        sigma_thermal: float | None = None,
        sigma_output: float | None = None,
        sigma_weight: float | None = None,
        sigma_programming: float | Sequence[float] | None = None,
        dot_length: Literal["in-group", "paper"] = "in-group",
        arithmetic: Literal["auto", "float32", "bfloat16", "auto-bfloat16"] = "auto",
    ) -> npt.NDArray[np.float32]:
        """Runs the network: logits, float32 [N, classes]. Of N samples many at a time are faster than one by one.

        Args:
            x: images, float32 [N, C, H, W], preprocessed, not copied if contiguous; or uint8 [N, H, W, C] or [N, H, W], for
                which preprocess() is called. Or of a text the ids of tokens,
                integers [N, T], of which each sequence begins with the first.
            token_types: of a text, integers [N, T], 0 if not given.
            mask: of a text, [N, T], true for tokens and false for the padding behind them; all true if not given.
            noise: of the analog layers (docs/model.md section 2).
            energy: per MAC, above 0: photons for shot noise, else multiples of the base energy. A number for all layers;
                or for each layer a number or an array [out_channels], as a dict by name or as a sequence in order.
            seed: of the noise.
            first_sample: index of the first sample in its data set. The noise of a sample depends on seed and index, not
                on what is run with it: x[32:] with first_sample=32 has the noise it has within x.
            repeats: how often operations are executed and averaged, 1 to 65536; a number, or for each layer as energies.
            bits: 1 to 24 bits of weights and activations, fractions allowed; None: not quantised. "auto": none
                without noise and with shot noise alone, else 8.
            weight_bits: of the weights, per output channel; "auto": as `bits` says.
            act_bits: of the activations, per tensor (the input has 8); "auto": as `bits` says.
            ranges: of the activations, from calibrate(). Needed where they are quantised, and for thermal and output noise; else
                not looked at.
            sigma_thermal: at an energy of 1, in units of sqrt(D) times both operands' ranges; 0.01.
            sigma_output: at an energy of 1, in units of the range of a layer's output before its activation; 0.01.
            sigma_weight: at an energy of 1, in units of the range of a channel's weights; 0.1.
            sigma_programming: c0, or c0, c1, c2 of c0 + c1 w + c2 w^2 at an energy of 1, with w = |W|; in units of a
                channel's largest weight; 0.03.
            dot_length: D of convolutions with groups: of a group, or of all as the authors' code has it.
            arithmetic: "auto" computes in exact 8-bit integers where quantisers and machine allow it, "float32" never,
                "bfloat16" in that, on machines that have it (ResNet50: 1.7 times as fast), "auto-bfloat16" as "auto"
                with bfloat16 for float32 where the machine has it.

        Raises:
            Error: if an array, an energy or an option is not what the network takes; no number is converted silently.
        """
        samples, count = self._samples(x, token_types, mask)
        setting = make_setting(
            self.native,
            self._layers,
            self.threads,
            noise=noise,
            energy=energy,
            seed=seed,
            repeats=repeats,
            bits=bits,
            weight_bits=weight_bits,
            act_bits=act_bits,
            ranges=ranges,
            sigma_thermal=sigma_thermal,
            sigma_output=sigma_output,
            sigma_weight=sigma_weight,
            sigma_programming=sigma_programming,
            dot_length=dot_length,
            arithmetic=arithmetic,
        )
        logits = np.empty((count, self._classes), np.float32)
        self.native.run(samples, logits, first_sample, setting)
        return logits

    def preprocess(self, x: npt.ArrayLike, **options: object) -> npt.NDArray[np.float32]:
        """Makes of pixels what the network takes: float32 [N, C, H, W].

        Args:
            x: uint8 [N, H, W, C] or [N, H, W]; the channels are R, G, B.
            options: preset, resize, crop, interpolation, mean, std, value_scale and channel_order, as of images(); what is
                not given is what the weights' files say, else what goes with such weights.

        Warns:
            Remark: of what was assumed.
        """
        array, sentences = preprocess(self, arrays(pixels(x), **options))
        for sentence in sentences:
            warnings.warn(sentence, Remark, stacklevel=_outside())
        return array

    def trace(
        self,
        x: npt.ArrayLike,
        *,
        token_types: npt.ArrayLike | None = None,
        mask: npt.ArrayLike | None = None,
        layers: str | Sequence[str] = "*",
        first_sample: int = 0,
        **how: object,
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Shows what happens within the analog layers.

        Args:
            x, token_types, mask, first_sample: as of a call of the network.
            layers: names, with * and ?.
            how: noise, energy, seed and what else a call of the network takes.

        Returns:
            "logits"; and of each layer "<layer>/input", "<layer>/pre" (the product without this layer's own noise),
            "<layer>/sigma" (the noise's standard deviation) and "<layer>/noisy" (before the activation), float32
            [N, C, H, W]; of fully connected layers [N, features], of a text [N, features, T], of attention
            [N, heads, T, columns] with zeros behind shorter sequences. In float32, whatever the bits. All of it is in
            memory at once.
        """
        samples, count = self._samples(x, token_types, mask)
        setting = make_setting(self.native, self._layers, self.threads, **how)
        logits = np.empty((count, self._classes), np.float32)
        arrays = self.native.trace(samples, logits, first_sample, setting, self._matching(layers))
        return {"logits": logits, **arrays}

    def calibrate(
        self,
        x: npt.ArrayLike | Data,
        *,
        token_types: npt.ArrayLike | None = None,
        mask: npt.ArrayLike | None = None,
        method: Literal["ema", "percentile"],
        batches: int | None = None,
        seed: int = 0,
    ) -> Ranges:
        """Ranges of tensors, from runs without noise and quantisers: those that `dpac calibrate` finds.

        Args:
            x, token_types, mask: as of a call of the network, or a data set; best from a training set.
            method: "ema": min and max, averaged over batches (the program's with weight noise or none); "percentile":
                0.01 and 99.99 % of all values (with thermal noise).
            batches: of 32 samples each, at most; 100 for "ema", 5 for "percentile".
            seed: of the choice of samples.

        Returns:
            (min, max) by the tensor's name: of those with quantisers "input" first, then layers and what follows them;
            behind them, for output noise, of layers before their ReLU ("conv1.pre_activation").
        """
        if isinstance(x, Data):
            if token_types is not None or mask is not None:
                raise Error("token_types and mask were given, but a data set has its own: give arrays with them")
            options = {} if batches is None else {"calibration_batches": batches}
            found = study(_native.calibrate, self, x, calibration_method=method, calibration_seed=seed, **options)
            return {name: (low, high) for name, (low, high) in found["ranges"].items()}
        samples, _ = self._samples(x, token_types, mask)
        if batches is not None and batches < 1:
            raise Error(f"batches is {batches}, expected at least 1")
        found = self.native.calibrate(samples, choice("method", method, METHODS), batches, seed, self.threads)
        return dict(zip([*self.native.tensors, *self.native.pre_activations], found))

    def evaluate(
        self,
        data: Data,
        *,
        noise: Noise = "none",
        energies: Energies | None = None,
        seeds: int = 1,
        seed: int = 0,
        ranges: Ranges | None = None,
        progress: bool | None = None,
        **options: object,
    ) -> Evaluation:
        """Accuracy on a data set with its uncertainty: `dpac eval`.

        Args:
            data: of images(), text() or arrays().
            noise: of the analog layers.
            energies: one for all layers, a list of such to try one after another, a dict by layer, what learn() or
                search() found, or the path of a file of energies.
            seeds: how many, from `seed` on.
            ranges: of the quantisers, from calibrate(); without them they are calibrated on the data.
            progress: shows a bar (needs tqdm); None: where somebody watches.
            options: any other option of the program: bits=8, repeat=4, baseline off by no_baseline=True, ...

        Raises:
            Error: in the program's sentences.

        Warns:
            Remark: of what was assumed or left out.
        """
        options.update(noise=noise, **_seeds(noise, seed, seeds))
        json = study(_native.evaluate, self, data, energies=energies, ranges=ranges, progress=progress, **options)
        return Evaluation(json)

    def bits(
        self,
        data: Data,
        *,
        noise: Noise,
        energies: Energies,
        seeds: int = 1,
        seed: int = 0,
        ranges: Ranges | None = None,
        progress: bool | None = None,
        **options: object,
    ) -> BitsResult:
        """How many bits each layer's noise is worth, and whether it is: `dpac bits`. Arguments as of evaluate()."""
        options.update(noise=noise, **_seeds(noise, seed, seeds))
        json = study(_native.bits, self, data, energies=energies, ranges=ranges, progress=progress, **options)
        return BitsResult(json)

    def learn(
        self,
        train: Data,
        data: Data | None = None,
        *,
        noise: Noise,
        target_energy: float,
        per: Literal["layer", "channel"] = "layer",
        seed: int = 0,
        ranges: Ranges | None = None,
        progress: bool | None = None,
        **options: object,
    ) -> Learned:
        """How much energy each layer or channel needs, the weights as they are: `dpac learn`.

        Args:
            train: samples to learn on.
            data: samples to judge by; None: the accuracy is not measured.
            noise: of the analog layers.
            target_energy: per MAC, below which energy costs nothing.
            per: what has an energy of its own.
            options: steps, lr, lambda_, start, method, train_batch, bits, state, ...
        """
        options.update(noise=noise, target_energy=target_energy, per=per, seed=seed)
        json = study(_native.learn, self, data, train=train, ranges=ranges, progress=progress, **options)
        return Learned(json)

    def search(
        self,
        train: Data,
        data: Data,
        *,
        noise: Noise,
        max_loss: float | None = None,
        target_accuracy: float | None = None,
        kinds: Sequence[Literal["uniform", "layer", "channel"]] = ("uniform", "layer", "channel"),
        seeds: int = 1,
        seed: int = 0,
        ranges: Ranges | None = None,
        progress: bool | None = None,
        **options: object,
    ) -> Search:
        """The smallest energies at an allowed loss of accuracy: `dpac search`.

        Args:
            train: samples to learn on.
            data: samples to judge by.
            noise: of the analog layers.
            max_loss: below the accuracy without noise and quantisers, as a fraction; 0.02.
            target_accuracy: in its place.
            kinds: of allocations.
            options: tries, bracket, method, steps, bits, state, ...
        """
        if max_loss is not None:
            options["max_loss"] = max_loss
        if target_accuracy is not None:
            options["target_accuracy"] = target_accuracy
        options.update(noise=noise, kinds=list(kinds), seed=seed, seeds=seeds)
        json = study(_native.search, self, data, train=train, ranges=ranges, progress=progress, **options)
        return Search(json)

    def _samples(
        self, x: npt.ArrayLike, token_types: npt.ArrayLike | None, mask: npt.ArrayLike | None
    ) -> tuple[_native.Samples, int]:
        array = np.asarray(x)
        if self._reads_text:
            samples = _tokens(array, token_types, mask)
        else:
            if token_types is not None or mask is not None:
                raise Error("token_types and mask are of texts, but the network reads images")
            if array.dtype == np.uint8 and array.size:
                array = self.preprocess(array)
            if array.ndim != 4 or array.shape[1:] != self._input:
                raise Error(
                    f"the images have shape {list(array.shape)}, expected [N, {', '.join(map(str, self._input))}]; "
                    "load() takes another input_size"
                )
            if array.dtype != np.float32:
                raise Error(f"the images are {array.dtype}, expected float32, preprocessed as the network was trained, or uint8")
            samples = _native.Samples(np.ascontiguousarray(array))
        if len(array) == 0:
            raise Error("there are no samples, expected at least one")
        return samples, len(array)

    def _matching(self, patterns: str | Sequence[str]) -> list[int]:
        chosen: set[int] = set()
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            found = [i for i, layer in enumerate(self._layers) if fnmatch.fnmatchcase(layer.name, pattern)]
            if not found:
                names = ", ".join(f"'{layer.name}'" for layer in self._layers)
                raise Error(f"no analog layer fits '{pattern}'; they are {names}")
            chosen.update(found)
        return sorted(chosen)


def _outside() -> int:
    """The stacklevel of the first caller that is not of this package, for warnings.warn() in the caller's place."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("dpac."):
        level, frame = level + 1, frame.f_back
    return level


def _seeds(noise: str, seed: int, seeds: int) -> dict[str, int]:
    return {} if noise == "none" else {"seed": seed, "seeds": seeds}


def _tokens(ids: npt.NDArray, token_types: npt.ArrayLike | None, mask: npt.ArrayLike | None) -> _native.Samples:
    """Sequences without their padding."""
    types = np.zeros_like(ids) if token_types is None else np.asarray(token_types)
    for name, array in (("token ids", ids), ("token_types", types)):
        if array.ndim != 2 or array.dtype.kind not in "iu":
            raise Error(f"{name} are {array.dtype} {list(array.shape)}, expected integers [N, T]")
        if array.size and not 0 <= array.min() <= array.max() < 2**31:
            raise Error(f"{name} are from {array.min()} to {array.max()}, expected none below 0 or above 2^31 - 1")
    real = np.ones(ids.shape, bool) if mask is None else np.asarray(mask).astype(bool)
    if real.shape != ids.shape:
        raise Error(f"mask has shape {list(real.shape)}, expected that of the token ids, {list(ids.shape)}")
    if (real[:, 1:] & ~real[:, :-1]).any():
        raise Error("mask has tokens behind padding, expected all padding at the end")
    lengths = real.sum(1, dtype=np.int64)
    return _native.Samples(np.ascontiguousarray(ids, np.int32), np.ascontiguousarray(types, np.int32), lengths)
