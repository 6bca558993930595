"""From what a user asks of a network to the library's studies, and back."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dpac import _native
from dpac._native import Error
from dpac.data import Data
from dpac.progress import progress_bar
from dpac.results import WithEnergies
from dpac.settings import needed_layers, noise_settings, per_layer, ranges_in_order

if TYPE_CHECKING:
    from dpac.network import Network


class Remark(UserWarning):
    """What was assumed or left out, or looks damaged."""


def _values(value: Any) -> list[str]:
    """As a command line has them."""
    if value is True:
        return []
    if value is None:
        return ["none"]
    if isinstance(value, (str, os.PathLike)):
        return [os.fspath(value)]
    if isinstance(value, (Sequence, np.ndarray)):
        return [",".join(part for each in value for part in _values(each))]
    if isinstance(value, (int, np.integer)):
        return [str(int(value))]
    return [repr(float(value))]


def _named(options: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    named = []
    for name, value in options.items():
        if value is False:
            continue
        name = name.rstrip("_")  # "lambda_".
        if name in ("text", "weights"):
            named.append(("--" + name, [os.fspath(each) for each in value]))
        else:
            named.append(("--" + name.replace("_", "-"), _values(value)))
    return named


def _energies(network: Network, given: Any, noise: str, options: dict[str, Any]) -> list[list] | None:
    """Numbers and files become options; what layers have of their own is returned."""
    if isinstance(given, (str, os.PathLike)):
        options["energies"] = given
        return None
    if isinstance(given, WithEnergies):
        given = given.energies
    if isinstance(given, Mapping):
        needed = needed_layers(network.layers, noise_settings(noise))
        return per_layer("energy", given, network.layers, np.float32, needed)
    if np.ndim(given) == 0:
        options["energy"] = given
    elif all(np.ndim(each) == 0 for each in given):
        options["energies_sweep"] = given
    else:
        raise Error("energies are several numbers, expected one, a list of numbers to try, or a dict by layer")
    return None


def _training_options(train: Data | None, data: Data | None) -> dict[str, Any]:
    """Of --train-data, which is read as --data is: with one and the same preprocessing."""
    if train is None:
        return {}
    names = {"data": "train_data", "labels": "train_labels"}
    own = {name: value for name, value in train.settings.items() if name not in names}
    if "limit" in own:
        raise Error("limit was given for the training data, of which all are used: leave it out")
    if data is not None and (data.array is None or data.array.dtype == np.uint8):
        judged = {name: value for name, value in data.settings.items() if name not in (*names, "limit")}
        if differing := [name for name in own if own[name] != judged.get(name)]:
            raise Error(
                f"{differing[0]} of the training data is not that of the data to judge by, but both are read alike: "
                "give it for both or for the latter alone"
            )
    return {**own, **{names[name]: value for name, value in train.settings.items() if name in names}}


def _labels(data: Data | None) -> list[int]:
    return [] if data is None or data.labels is None else data.labels.tolist()


def study(
    what: Callable[..., str],
    network: Network | None,
    data: Data | None,
    *,
    train: Data | None = None,
    energies: Any = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    progress: bool | None = None,
    state: str | os.PathLike[str] = "",
    **options: Any,
) -> dict[str, Any]:
    """The JSON of the program's command of that name; without a network, of those that the options name."""
    for role, given in (("data", data), ("train", train)):
        if given is not None and not isinstance(given, Data):
            raise TypeError(f"{role} is {type(given).__name__}, expected dpac.images(), dpac.text() or dpac.arrays()")
    own = None
    if network is not None and energies is not None:
        own = _energies(network, energies, options.get("noise", "none"), options)
    named = _named({**(data.settings if data else {}), **_training_options(train, data), **options})
    if network is not None and network.threads:
        named.append(("--threads", [str(network.threads)]))
    bar = progress_bar(progress)
    try:
        request = _native.request(
            named,
            os.fspath(state),
            None if data is None else data.array,
            _labels(data),
            None if train is None else train.array,
            _labels(train),
            own,
            None if ranges is None or network is None else ranges_in_order(ranges, network.native),
            bar,
        )
        found = json.loads(what(request) if network is None else what(network.native, request))
    finally:
        if bar is not None:
            bar.close()
    for sentence in found.get("notices", []):
        warnings.warn(_native.with_keywords(sentence), Remark, stacklevel=3)
    return found


def preprocess(network: Network, data: Data) -> tuple[np.ndarray, list[str]]:
    """Pixels as the network takes them, and what is to be said of how."""
    request = _native.request(_named(data.settings), "", data.array, [], None, [], None, None, None)
    array, sentences = _native.preprocess(network.native, request)
    return array, [_native.with_keywords(sentence) for sentence in sentences]
