"""Worker processes: each is told what to read, never what is in it.

Enters: a description of the run over a private pipe, then orders (a path and a range). Leaves: results in the order of
the orders, whatever the number of workers. This process is one of the workers: it has its imports already, and it works
while the others start. With one worker everything runs here.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from threading import Condition, Thread
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
    """A context manager. `workers` counts this process: below 2 it starts no other."""

    def __init__(self, blueprint: Blueprint, workers: int) -> None:
        self._blueprint = blueprint
        self._count = workers
        self._local: Crew | None = None
        self._taught: tuple[dict[str, str], dict[str, str]] | None = None
        self._processes: list[Any] = []
        self._pipes: list[Connection] = []
        self._told: list[Connection] = []
        self._threads: list[Thread] = []

    def __enter__(self) -> "Pool":
        context = multiprocessing.get_context("spawn")
        try:
            for _ in range(self._count - 1):
                ours, theirs = context.Pipe()
                process = context.Process(target=_work, args=(theirs,), daemon=True)
                process.start()
                theirs.close()
                self._processes.append(process)
                self._pipes.append(ours)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
            process.join()
        # A thread that waits for its worker sees the end of the pipe now.
        for thread in self._threads:
            thread.join()
        for pipe in self._pipes:
            pipe.close()

    def teach(self, values: dict[str, str], aliases: Mapping[str, str] = MappingProxyType({})) -> None:
        """Give every worker the learned values, and tokens of another key that stand for values of this case."""
        self._taught = (values, dict(aliases))
        # The workers first: each builds its own dictionary, and this process builds one meanwhile.
        for pipe in self._pipes:
            self._send(pipe, ("teach", self._taught))
        if self._local is not None:
            self._local.teach(*self._taught)

    def map(self, orders: Sequence[Any]) -> Iterator[Any]:
        """Results in order. Raises what an order raised."""
        if not self._pipes:
            for order in orders:
                yield _result(_done(self._crew(), order))
            return
        shift = _Shift(orders, self._send)
        self._threads = [Thread(target=shift.run_in, args=(pipe,), daemon=True) for pipe in self._pipes]
        for thread in self._threads:
            thread.start()
        try:
            while (taken := shift.take()) is not None:
                index, order = taken
                shift.put(index, _result(_done(self._crew(), order)))
                yield from shift.ready()
            yield from shift.rest()
        finally:
            shift.stop()

    def _send(self, pipe: Connection, content: Any) -> None:
        try:
            if pipe not in self._told:
                # The key travels here, through a pipe of this process, not in the arguments of a command.
                self._told.append(pipe)
                pipe.send(self._blueprint)
            pipe.send(content)
        except OSError:
            raise _ended() from None

    def _crew(self) -> Crew:
        if self._local is None:
            self._local = self._blueprint.build()
            if self._taught is not None:
                self._local.teach(*self._taught)
        return self._local


class _Shift:
    """The orders of one `map`: everybody takes the next one when free."""

    def __init__(self, orders: Sequence[Any], send: Callable[[Connection, Any], None]) -> None:
        self._orders = orders
        self._send = send
        self._next = 0
        self._shown = 0
        self._results: dict[int, Any] = {}
        self._fault: RedactionError | None = None
        self._changed = Condition()

    def take(self) -> tuple[int, Any] | None:
        """The next order; None when there is none, or when one has failed."""
        with self._changed:
            if self._fault is not None or self._next >= len(self._orders):
                return None
            index = self._next
            self._next += 1
            return index, self._orders[index]

    def put(self, index: int, result: Any) -> None:
        with self._changed:
            self._results[index] = result
            self._changed.notify_all()

    def ready(self) -> Iterator[Any]:
        """Results whose turn it is."""
        while True:
            with self._changed:
                if self._shown not in self._results:
                    return
                result = self._results.pop(self._shown)
                self._shown += 1
            yield result

    def rest(self) -> Iterator[Any]:
        """Everything that is still to come. Raises the fault of a worker."""
        while True:
            yield from self.ready()
            with self._changed:
                if self._fault is not None:
                    raise self._fault
                if self._shown >= len(self._orders):
                    return
                if self._shown not in self._results:
                    self._changed.wait()

    def stop(self) -> None:
        """Nobody takes another order."""
        with self._changed:
            self._next = len(self._orders)

    def run_in(self, pipe: Connection) -> None:
        """A thread of this process, for one worker."""
        try:
            while (taken := self.take()) is not None:
                index, order = taken
                self._send(pipe, ("do", order))
                self.put(index, _received(pipe))
        except RedactionError as fault:
            self._fail(fault)
        except Exception:
            # Whoever waits must not wait for ever; the cause may hold content.
            self._fail(_ended())

    def _fail(self, fault: RedactionError) -> None:
        with self._changed:
            self._fault = self._fault or fault
            self._changed.notify_all()


def _received(pipe: Connection) -> Any:
    try:
        answer = pipe.recv()
    except (EOFError, OSError):
        raise _ended() from None
    return _result(answer)


def _result(answer: tuple[bool, Any]) -> Any:
    is_fine, result = answer
    if not is_fine:
        id, message, hint = result
        raise RedactionError(id, message, hint=hint)
    return result


def _ended() -> RedactionError:
    return RedactionError(
        "DP212",
        "a worker process of the redactor ended early",
        hint="run it again; when memory is short, with --workers 1",
    )


def _work(pipe: Connection) -> None:
    # The first process decides what an interrupt means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        crew = _built(pipe.recv())
        while True:
            what, content = pipe.recv()
            if what == "do":
                pipe.send(_done(crew, content))
            elif crew is not None:
                crew.teach(*content)
    except (EOFError, OSError):
        # The first process is gone, or done.
        return


def _built(blueprint: Blueprint) -> Crew | None:
    try:
        return blueprint.build()
    except Exception:
        # Told with the first order: the first process builds the same and says why.
        return None


def _done(crew: Crew | None, order: Any) -> tuple[bool, Any]:
    try:
        if crew is not None:
            return True, crew.do(order)
    except RedactionError as fault:
        return False, (fault.id, fault.message, fault.hint)
    except Exception:
        return False, ("DP211", "the redactor could not process an artifact", "")
    return False, ("DP211", "a worker process of the redactor could not start", "run it again with --workers 1")
