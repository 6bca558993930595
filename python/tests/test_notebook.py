"""The notebook of the examples runs, and shows what its text says."""

import pathlib
import shutil

import pytest

NOTEBOOK = pathlib.Path(__file__).parents[2] / "examples" / "dynamic_precision.ipynb"


@pytest.mark.skipif(shutil.which("gnuplot") is None, reason="gnuplot draws")
def test_notebook():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": NOTEBOOK.parent}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [set(output.data) for output in outputs if "data" in output]
    assert sum("image/svg+xml" in kinds for kinds in shown) == 2
    assert sum("text/html" in kinds for kinds in shown) == 4
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    assert "learned by layer:" in printed and "noise / sigma: mean" in printed
    by_layer, uniform = (float(part.split("%")[0]) for part in printed.split("learned by layer:")[1].split(", one for all:"))
    assert by_layer > uniform + 3
