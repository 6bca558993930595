"""Tables of several networks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

from dpac import _native
from dpac.data import Data
from dpac.results import Table
from dpac.settings import Noise
from dpac.studies import study


def table(
    weights: Sequence[str | os.PathLike[str]],
    train: Data,
    data: Data,
    *,
    noises: Sequence[Noise] = ("shot", "thermal", "weight"),
    kinds: Sequence[Literal["uniform", "layer", "channel"]] = ("uniform", "layer", "channel"),
    names: Sequence[str] | None = None,
    progress: bool | None = None,
    **options: object,
) -> Table:
    """Searches for the smallest energies of each network under each noise: `dpac table`.

    Args:
        weights: paths, of what load() takes.
        train: samples to learn on.
        data: samples to judge by.
        noises: of the analog layers.
        kinds: of allocations.
        names: what rows call the networks; the files' names.
        options: as of Network.search().
    """
    options.update(weights=list(weights), noises=list(noises), kinds=list(kinds))
    if names is not None:
        options["names"] = list(names)
    return Table(study(_native.table, None, data, train=train, progress=progress, **options))
