"""What studies of a network find: the program's JSON with names, tables and pictures."""

from __future__ import annotations

import html
import json as _json
import math
import os
import pathlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dpac import _native

if TYPE_CHECKING:
    import pandas


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


class Result:
    """A result as the program writes it with --json; `dpac plot` and `dpac report` read what save() writes.

    Shown as a table. Results can be pickled.
    """

    json: dict[str, Any]
    """All of it, fractions from 0 to 1."""

    def __init__(self, json: Mapping[str, Any]) -> None:
        self.json = dict(json)

    def rows(self) -> list[dict[str, Any]]:
        """What the table shows."""
        raise NotImplementedError

    @property
    def notices(self) -> list[str]:
        """Sentences: what was assumed or left out, or looks damaged; warnings when the study ended."""
        return list(self.json.get("notices", []))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the JSON."""
        pathlib.Path(path).write_text(_json.dumps(self.json, indent=2) + "\n", encoding="utf-8")

    def to_pandas(self) -> pandas.DataFrame:
        """The table. Needs pandas."""
        import pandas

        return pandas.DataFrame(self.rows())

    def plot(self, path: str | os.PathLike[str] | None = None) -> Picture:
        """Draws it. Needs gnuplot.

        Args:
            path: an .svg file to write, besides.
        """
        with tempfile.TemporaryDirectory(prefix="dpac-") as folder:
            file = os.path.join(folder, "result.json")
            self.save(file)
            picture = os.path.join(folder, "picture.svg")
            _native.plot([file], self._picture, picture)
            svg = pathlib.Path(picture).read_text(encoding="utf-8")
        if path is not None:
            pathlib.Path(path).write_text(svg, encoding="utf-8")
        return Picture(svg)

    _picture = ""  # Its kind.

    def __repr__(self) -> str:
        rows = self.rows()
        headings = list(rows[0]) if rows else []
        table = [headings, *([_cell(row.get(name)) for name in headings] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*table)]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths)).rstrip() for line in table)

    def _repr_html_(self) -> str:
        rows = self.rows()
        headings = list(rows[0]) if rows else []

        def line(cells: Sequence[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "".join(line([_cell(row.get(name)) for name in headings], "td") for row in rows)
        return "<table>" + line(headings, "th") + body + "</table>"


class Picture:
    """An SVG, which notebooks show."""

    def __init__(self, svg: str) -> None:
        self.svg = svg

    def __repr__(self) -> str:
        return f"<dpac.Picture: {len(self.svg)} bytes of SVG>"

    def _repr_svg_(self) -> str:
        return self.svg


class Evaluation(Result):
    """Accuracies of a network at one energy or several."""

    _picture = "accuracy"

    @property
    def points(self) -> list[dict[str, Any]]:
        """By energy: the keys of `dpac eval`."""
        return self.json["points"] if self.json.get("points") else [self.json]

    @property
    def top1(self) -> float | npt.NDArray[np.float64]:
        """Share of samples whose class has the largest logit, mean over the seeds; an array [energies] for several."""
        return self._of_points("top1")

    @property
    def top5(self) -> float | npt.NDArray[np.float64]:
        return self._of_points("top5")

    @property
    def std(self) -> float | npt.NDArray[np.float64]:
        """Standard deviation of top1 over the seeds; NaN for one."""
        return self._of_points("top1_std")

    @property
    def noise_free_top1(self) -> float | None:
        """Without noise and quantisers, on the same samples; None without a baseline."""
        return self.json.get("noise_free_top1")

    @property
    def ledger(self) -> list[dict[str, Any]] | None:
        """What each layer spends, at one energy: the keys of `dpac eval`'s layers. None for several or without noise."""
        return self.json.get("layers")

    def rows(self) -> list[dict[str, Any]]:
        rows = []
        for point in self.points:
            low, high = point.get("top1_ci95") or (None, None)
            loss = point.get("loss") or {}
            rows.append(
                {
                    "energy": point.get("energy", point.get("energy_per_mac")),
                    "aj_per_mac": point.get("aj_per_mac"),
                    "top1": point.get("top1"),
                    "std": point.get("top1_std"),
                    "ci95_low": low,
                    "ci95_high": high,
                    "loss": loss.get("mean"),
                    **(point.get("metrics") or {}),
                }
            )
        return rows

    def _of_points(self, key: str) -> float | npt.NDArray[np.float64]:
        values = [math.nan if point.get(key) is None else float(point[key]) for point in self.points]
        return np.array(values) if self.json.get("points") else values[0]


class WithEnergies(Result):
    """Has energies, and stands for them wherever a call takes energies."""

    @property
    def energies(self) -> dict[str, float | npt.NDArray[np.float32]]:
        """Of each layer, or of each of its output channels."""
        return energies_of(self.json["energies"])


def energies_of(json: Mapping[str, Any]) -> dict[str, float | npt.NDArray[np.float32]]:
    return {name: np.array(v, np.float32) if isinstance(v, list) else float(v) for name, v in json.items()}


class Learned(WithEnergies):
    """Energies that were learned for a budget."""

    _picture = "learning"

    @property
    def energy_per_mac(self) -> float:
        """Mean over all MACs."""
        return self.json["energy_per_mac"]

    @property
    def top1(self) -> float | None:
        """With these energies, on the data to judge by; None without such."""
        return self.json.get("top1")

    @property
    def history(self) -> list[dict[str, float]]:
        """By step: "step", "loss", "accuracy", "energy_per_mac"."""
        return self.json["history"]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"layer": name, "energy": float(np.mean(values)), "channels": np.size(values)}
            for name, values in self.energies.items()
        ]


class Allocation(WithEnergies):
    """The smallest energies of one kind that a search found."""

    def rows(self) -> list[dict[str, Any]]:
        return [{"layer": name, "energy": float(np.mean(values))} for name, values in self.energies.items()]

    @property
    def kind(self) -> str:
        """ "uniform", "layer" or "channel"."""
        return self.json["kind"]

    @property
    def energy_per_mac(self) -> float | None:
        """None where none was found; `reason` says why."""
        return self.json["energy_per_mac"]


class Search(Result):
    """The smallest energies at an allowed loss of accuracy, by kind of allocation."""

    _picture = "accuracy"

    @property
    def allocations(self) -> dict[str, Allocation]:
        return {each["kind"]: Allocation(each) for each in self.json["allocations"]}

    def __getitem__(self, kind: str) -> Allocation:
        return self.allocations[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self.allocations)

    @property
    def saving_percent(self) -> dict[str, float | None]:
        """Against one energy for all layers."""
        return self.json["saving_percent"]

    def rows(self) -> list[dict[str, Any]]:
        saving = self.json["saving_percent"]
        return [
            {
                "kind": each["kind"],
                "energy_per_mac": each["energy_per_mac"],
                "top1": each["top1"],
                "saving_percent": saving.get(each["kind"]),
            }
            for each in self.json["allocations"]
        ]


class Table(Result):
    """The smallest energies of several networks under several noises."""

    _picture = "energy"

    def rows(self) -> list[dict[str, Any]]:
        rows = []
        for row in self.json["rows"]:
            saving = row.get("saving_percent") or {}
            rows.append(
                {
                    "network": row["network"],
                    "noise": row["noise"],
                    "baseline_top1": row.get("baseline_top1"),
                    **{kind: (row.get(kind) or {}).get("mean") for kind in ("uniform", "layer", "channel")},
                    **{f"saving_{kind}": saving.get(kind) for kind in ("layer", "channel")},
                }
            )
        return rows


class BitsResult(Result):
    """How many bits the noise of each layer is worth."""

    _picture = "bits"

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"energy": point.get("energy"), "layer": layer["name"], **{k: v for k, v in layer.items() if k != "name"}}
            for point in self.json["points"]
            for layer in point["layers"]
        ]


def report(results: Sequence[Result], path: str | os.PathLike[str]) -> None:
    """Writes tables and pictures of results as one HTML page. Needs gnuplot."""
    with tempfile.TemporaryDirectory(prefix="dpac-") as folder:
        files = []
        for number, result in enumerate(results):
            files.append(os.path.join(folder, f"{number + 1}-{type(result).__name__.lower()}.json"))
            result.save(files[-1])
        _native.report(files, os.fspath(path))
