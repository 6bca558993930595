"""A process that answers messages, as a context manager."""

import multiprocessing
import os
from typing import Any, Callable


class PeerProcess:
    """Runs target(pipe, *arguments), which sends one message when it is ready (`first`), then one for each it gets.

    None ends it. Raises RuntimeError, naming what it runs, where it ends by itself.
    """

    def __init__(self, name: str, threads: int, target: Callable, *arguments: Any):
        self.name = name
        os.environ["OMP_NUM_THREADS"] = str(threads)
        context = multiprocessing.get_context("spawn")
        self._pipe, child = context.Pipe()
        self._process = context.Process(target=target, args=(child, *arguments), daemon=True)
        self._process.start()
        child.close()
        self.first = self._receive()

    def ask(self, message: Any) -> Any:
        self._pipe.send(message)
        return self._receive()

    def __enter__(self):
        return self

    def __exit__(self, *exception) -> None:
        self._pipe.send(None)
        self._process.join()

    def _receive(self) -> Any:
        try:
            return self._pipe.recv()
        except EOFError:
            self._process.join()
            raise RuntimeError(f"{self.name}: its process ended with code {self._process.exitcode}") from None
