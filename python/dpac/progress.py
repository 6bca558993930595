"""Progress bars of studies, in terminals and notebooks."""

from __future__ import annotations

import sys
from typing import Any


class ProgressBar:
    """Is told how far each piece of work has come, and shows it by tqdm."""

    def __init__(self) -> None:
        from tqdm.auto import tqdm

        self._make = tqdm
        self._bar: Any = None

    def __call__(self, done: int, total: int, unit: str, ended: bool) -> None:
        if self._bar is None:
            self._bar = self._make(total=total, unit=f" {unit}", leave=False)
        self._bar.update(done - self._bar.n)
        if ended:
            self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _is_watched() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def progress_bar(wanted: bool | None) -> ProgressBar | None:
    """None: where somebody watches and tqdm is installed."""
    if wanted is False or (wanted is None and not _is_watched()):
        return None
    try:
        return ProgressBar()
    except ImportError:
        if wanted:
            raise
        return None
