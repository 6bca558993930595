"""From what a user gives to what the library takes."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeVar, Union

import numpy as np
import numpy.typing as npt

from dpac import _native
from dpac._native import Error
from dpac.layers import Layer
from dpac.results import WithEnergies

#: "none", "shot", "thermal", "output", "weight", "programming", or several that act together: "shot+thermal".
Noise = str
Bits = Union[float, None, Literal["auto"]]
#: One for all layers; or one number or array [out_channels] for each layer, in order or by its name.
PerLayer = Union[float, Mapping[str, npt.ArrayLike], Sequence[npt.ArrayLike], WithEnergies]
#: (min, max) of each quantised tensor by its name.
Ranges = dict[str, tuple[float, float]]

_Enum = TypeVar("_Enum")
_DOT_LENGTHS = {length: length for length in ("in-group", "paper")}
_ARITHMETICS = {
    "auto": _native.Arithmetic.automatic,
    "float32": _native.Arithmetic.float32,
    "bfloat16": _native.Arithmetic.bfloat16,
    "auto-bfloat16": _native.Arithmetic.automatic_bfloat16,
}
METHODS = {method.name: method for method in _native.CalibrationMethod}


def choice(option: str, value: str, among: Mapping[str, _Enum]) -> _Enum:
    """What a word stands for."""
    try:
        return among[value]
    except (KeyError, TypeError):
        words = ", ".join(repr(word) for word in among)
        raise Error(f"{option} is {value!r}, expected one of {words}") from None


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _check_names(what: str, of: str, given: Iterable[str], known: Sequence[str], needed: Sequence[str]) -> None:
    if unknown := [name for name in given if name not in set(known)]:
        raise Error(f"{what} for '{unknown[0]}', which is not in the network; its {of} are {_quoted(known)}")
    if missing := [name for name in needed if name not in set(given)]:
        raise Error(f"no {what} for {len(missing)} of the network's {len(known)} {of}: {_quoted(missing)}")


def _values(value: npt.ArrayLike, dtype: npt.DTypeLike) -> list:
    array = np.asarray(value)
    if array.ndim > 1:
        raise Error(f"a layer has values of shape {list(array.shape)}, expected a number or one per output channel")
    return np.atleast_1d(array).astype(dtype).tolist()


def per_layer(what: str, given: PerLayer, layers: Sequence[Layer], dtype: npt.DTypeLike, needed: Sequence[str]) -> list[list]:
    """A list of values for every layer. Layers that need none, and are not given any, have 1."""
    if isinstance(given, WithEnergies):
        given = given.energies
    if isinstance(given, numbers.Real):
        return [[given]] * len(layers)
    if isinstance(given, Mapping):
        _check_names(what, "analog layers", given, [layer.name for layer in layers], needed)
        return [_values(given.get(layer.name, 1), dtype) for layer in layers]
    return [_values(value, dtype) for value in given]


def _seed(seed: int) -> int:
    number = operator.index(seed)
    if not 0 <= number < 2**64:
        raise Error(f"seed is {number}, expected 0 to 2^64 - 1")
    return number


def noise_settings(noise: Noise, **constants: object) -> _native.NoiseSettings:
    """What a name of noises stands for."""
    names = _native.noises()
    if not isinstance(noise, str) or not set(noise.split("+")) <= set(names):
        raise Error(f"noise is {noise!r}, expected one of {_quoted(names)}, or several with + between them")
    return _native.NoiseSettings(noise, **constants)


def needed_layers(layers: Sequence[Layer], noise: _native.NoiseSettings) -> list[str]:
    """Those that have an energy."""
    return [layer.name for layer in layers if layer.has_weights or noise.perturbs_outputs] if noise.any else []


def _bits_in_force(own: Bits, both: Bits, noise: _native.NoiseSettings) -> float | None:
    """As the program has it: 8 with noises that need them, else none."""
    bits = own if own != "auto" else both
    return noise.bits if bits == "auto" else bits


def ranges_in_order(
    ranges: Mapping[str, tuple[float, float]] | None, native: _native.NativeNetwork
) -> list[tuple[float, float]]:
    """Those before an activation, which output noise alone needs, may be left out."""
    if ranges is None:
        raise Error("thermal and output noise and quantised activations need ranges: give ranges=net.calibrate(images)")
    names = list(native.tensors)
    if not set(native.pre_activations).isdisjoint(ranges):
        names += native.pre_activations
    _check_names("range", "quantised tensors", ranges, names, names)
    return [ranges[name] for name in names]


def make_setting(
    native: _native.NativeNetwork,
    layers: Sequence[Layer],
    threads: int,
    *,
    noise: Noise = "none",
    energy: PerLayer | None = None,
    seed: int = 0,
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
) -> _native.Setting:
    """Of one call of a network (Network.__call__)."""
    own_noise = noise_settings(
        noise,
        sigma_thermal=sigma_thermal,
        sigma_output=sigma_output,
        sigma_weight=sigma_weight,
        sigma_programming=[] if sigma_programming is None else np.atleast_1d(sigma_programming).tolist(),
        dot_length=choice("dot_length", dot_length, _DOT_LENGTHS),
    )
    noisy = own_noise.any
    if noisy and energy is None:
        unit = own_noise.energy_unit
        raise Error(f"noise='{noise}' needs an energy: give energy=10 ({unit}), or one for each layer")
    for option, given, own in (
        ("energy", energy is not None, noisy),
        ("repeats", not (isinstance(repeats, int) and repeats == 1), noisy),
    ):
        if given and not own:
            raise Error(f"{option} was given, but does nothing with noise='{noise}'")
    own_noise.check(native)
    needed = needed_layers(layers, own_noise)
    activation_bits = _bits_in_force(act_bits, bits, own_noise)
    ranges_needed = own_noise.needs_ranges or activation_bits is not None
    return _native.setting(
        own_noise,
        per_layer("energy", energy, layers, np.float32, needed) if noisy else [],
        [] if isinstance(repeats, int) and repeats == 1 else per_layer("repeats", repeats, layers, np.int32, needed),
        _seed(seed),
        _bits_in_force(weight_bits, bits, own_noise),
        activation_bits,
        ranges_in_order(ranges, native) if ranges_needed else [],
        choice("arithmetic", arithmetic, _ARITHMETICS),
        threads,
    )
