"""A network's analog layers, what noise and energy are counted on."""

from __future__ import annotations

import dataclasses
import html


@dataclasses.dataclass(frozen=True, slots=True)
class Layer:
    """One analog operation, and its size for one sample (one sequence of max_length tokens, of a text)."""

    name: str
    op: str  #: "convolution", "linear" or "attention".
    dot_length: int  #: D: products that an output is the sum of.
    outputs: int  #: N.
    macs: int  #: D N.
    out_channels: int  #: How many energies it may have; one, for a product of attention.
    parameters: int  #: Weights and bias, BatchNorm folded.
    groups: int  #: Of the channels of a convolution.
    has_weights: bool  #: A product of attention has none, and no energy under weight noise.


_HEADINGS = ("layer", "op", "D", "N", "MACs", "channels", "groups", "parameters")


def _cells(layer: Layer) -> tuple[str, ...]:
    numbers = (layer.dot_length, layer.outputs, layer.macs, layer.out_channels, layer.groups, layer.parameters)
    return (layer.name, layer.op, *(f"{number:,}" for number in numbers))


class Layers(list[Layer]):
    """Layers in the network's order, shown as a table."""

    def __repr__(self) -> str:
        rows = [_HEADINGS, *map(_cells, self)]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = (
            "  ".join(cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths)))
            for row in rows
        )
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        def row(cells: tuple[str, ...], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        return "<table>" + row(_HEADINGS, "th") + "".join(row(_cells(layer), "td") for layer in self) + "</table>"
