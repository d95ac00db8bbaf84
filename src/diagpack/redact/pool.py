"""Worker processes: each is told what to read, never what is in it.

Enters: a description of the run over a private pipe, then orders (a path and a range). Leaves: results in the order of
the orders, whatever the number of workers. With one worker everything runs in this process.
"""

import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from types import MappingProxyType
from typing import Any, Protocol

from diagpack.errors import RedactionError


class Crew(Protocol):
    """What runs orders: the same class in this process and in a worker."""

    def teach(self, values: dict[str, str], aliases: Mapping[str, str]) -> None: ...
    def do(self, order: Any) -> Any: ...


class Blueprint(Protocol):
    """Picklable; builds a crew."""

    def build(self) -> Crew: ...


class Pool:
    """A context manager. `workers` below 2 starts no process."""

    def __init__(self, blueprint: Blueprint, workers: int) -> None:
        self._blueprint = blueprint
        self._count = workers
        self._local: Crew | None = None
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []

    def __enter__(self) -> "Pool":
        if self._count < 2:
            self._local = self._blueprint.build()
            return self
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            # The key travels here, through a pipe of this process, not in the arguments of a command.
            ours.send(self._blueprint)
            self._processes.append(process)
            self._pipes.append(ours)
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.terminate()
            process.join()

    def teach(self, values: dict[str, str], aliases: Mapping[str, str] = MappingProxyType({})) -> None:
        """Give every worker the learned values, and tokens of another key that stand for values of this case."""
        if self._local is not None:
            self._local.teach(values, aliases)
        for pipe in self._pipes:
            pipe.send(("teach", (values, dict(aliases))))

    def map(self, orders: Sequence[Any]) -> Iterator[Any]:
        """Results in order. Raises what an order raised."""
        if self._local is not None:
            for order in orders:
                yield self._local.do(order)
            return
        yield from self._spread(orders)

    def _spread(self, orders: Sequence[Any]) -> Iterator[Any]:
        results: dict[int, Any] = {}
        waiting = iter(enumerate(orders))
        busy: dict[Connection, int] = {}
        shown = 0
        for pipe in self._pipes:
            self._hand(pipe, waiting, busy)
        while busy:
            for ready in wait(list(busy)):
                assert isinstance(ready, Connection)  # noqa: S101 - only our pipes are waited for
                index = busy.pop(ready)
                results[index] = _received(ready)
                self._hand(ready, waiting, busy)
            while shown in results:
                yield results.pop(shown)
                shown += 1

    def _hand(self, pipe: Connection, waiting: Iterator[tuple[int, Any]], busy: dict[Connection, int]) -> None:
        following = next(waiting, None)
        if following is not None:
            pipe.send(("do", following[1]))
            busy[pipe] = following[0]


def _received(pipe: Connection) -> Any:
    try:
        is_fine, result = pipe.recv()
    except (EOFError, OSError):
        raise RedactionError("DP212", "a worker process of the redactor ended early", hint="run it again") from None
    if not is_fine:
        id, message, hint = result
        raise RedactionError(id, message, hint=hint)
    return result


def _work(pipe: Connection) -> None:
    crew = pipe.recv().build()
    while True:
        try:
            what, content = pipe.recv()
        except (EOFError, OSError):
            return
        if what == "teach":
            crew.teach(*content)
            continue
        try:
            pipe.send((True, crew.do(content)))
        except RedactionError as fault:
            pipe.send((False, (fault.id, fault.message, fault.hint)))
        except Exception:
            pipe.send((False, ("DP211", "the redactor could not process an artifact", "")))
