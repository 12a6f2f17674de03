"""Many machines: work handed to a Dask cluster, lazily, and its answers in order.

ADDRESS must be trusted as one trusts a login: Dask's scheduler and workers run what they are sent,
and what they send back is unpickled here. `tls://` addresses are authenticated by the certificates
that Dask's configuration names (distributed.comm.tls).
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from facescreen.folders.remote import Asker, ClusterError, Run, answer, release, software_here
from facescreen.folders.workers import usable_cores

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = "local"
SECONDS = 1.0  # of a piece of work: handing one out costs a scheduler some milliseconds
AHEAD = 3  # pieces of work per thread of the cluster that are handed out before the awaited one
REACHED = 8  # seconds in which a scheduler must answer
PATIENCE = 5  # seconds after which it is asked again who works there
NOBODY = 60  # seconds for which there may be no worker
AGAIN = (
    3  # times that work is handed out anew after Dask gave it up: by default, four workers ended
)

Work = TypeVar("Work")


class Cluster:
    """A cluster that does work: a context that lets go of it.

    address: of a Dask scheduler, or "local", which starts one with `workers` processes, a core each
    unless told otherwise, on 127.0.0.1 and for the time of the context. A script that asks for
    "local" needs `if __name__ == "__main__"`, since its workers import the script.
    setup, ask: the pickled setup of `Asides`, and how its processes are asked, `tried` or `judged`.
    packages: beside facescreen, whose version must be the same on every worker.

    Raises ClusterError where there is no such cluster or no Dask.
    """

    def __init__(
        self,
        address: str,
        setup: bytes,
        ask: Asker,
        packages: Sequence[str],
        workers: int | None = None,
    ) -> None:
        if workers is not None and address != LOCAL:
            raise ValueError(
                f"how many processes work is the business of the cluster at {address}: leave out "
                "--workers, which goes with --cluster local"
            )
        self.address, self._workers = address, workers
        self._run = Run(uuid.uuid4().hex, software_here(packages), None, setup, pickle.dumps(ask))
        self._out: deque[tuple[Any, Future]] = deque()  # what has been handed out, in order
        self._handed, self._window, self._looked = 0, 1, 0.0
        self._nobody_since: float | None = None

    def __enter__(self) -> Cluster:
        with ExitStack() as stack:
            self._client = _connected(self.address, self._workers, stack)
            stack.callback(self._release)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def in_order(
        self,
        work: Iterable[Work | None],
        paths: Callable[[Work], Sequence[str]] = lambda _: (),
        seen: bool = False,
    ) -> Iterator[tuple[Work, Any]]:
        """Each piece of work and its answer, in order; work is taken as it can be handed out.

        work: None in it says that there is none until the next answer is taken.
        paths: the files that a piece of work reads. seen: whether a worker must see the first of
        all of them, of the same size as here.
        """
        for one in work:
            if one is None:
                yield self._taken(paths)
                continue
            read = paths(one)
            if seen and read and self._run.seen is None:
                self._run = self._run._replace(seen=_seen(read[0]))
            self._out.append((one, self._hand_out(one, read)))
            while len(self._out) > self._ahead():
                yield self._taken(paths)
        while self._out:
            yield self._taken(paths)

    def _hand_out(self, one: Any, paths: Sequence[str]) -> Future:
        # Bytes, so that the scheduler need not look inside.
        message, self._handed = pickle.dumps(one, pickle.HIGHEST_PROTOCOL), self._handed + 1
        key = f"facescreen-{self._run.name}-{self._handed}"
        return self._client.submit(answer, self._run, message, paths[:1], key=key, pure=False)

    def _ahead(self) -> int:
        """How many pieces of work may be out; workers may come and go."""
        if time.monotonic() - self._looked > PATIENCE:
            self._look()
        return self._window

    def _look(self) -> None:
        try:
            threads = sum(self._client.nthreads().values())
        except Exception as error:
            raise self._gone(error) from None
        now = self._looked = time.monotonic()
        self._window = AHEAD * max(1, threads)
        self._nobody_since = None if threads else (self._nobody_since or now)
        if not threads and now - self._nobody_since >= NOBODY:
            raise ClusterError(
                f"the cluster at {self.address} has had no worker for {NOBODY} seconds: start some "
                f"(dask worker {self.address}); the same command goes on from here"
            )

    def _taken(self, paths: Callable) -> tuple[Any, Any]:
        """The piece of work that was handed out first, and its answer."""
        from distributed import CancelledError, KilledWorker

        (one, future), again = self._out.popleft(), 0
        while True:
            try:
                return one, future.result(timeout=PATIENCE)
            except TimeoutError:
                if future.status == "error":  # the work's own
                    raise
                self._look()
            except KilledWorker:
                if again == AGAIN:
                    raise ClusterError(
                        "one piece of work has ended worker after worker of the cluster at "
                        f"{self.address} (their logs say how): the same command goes on from here"
                    ) from None
                again, future = again + 1, self._hand_out(one, paths(one))
            except CancelledError:
                raise self._gone("the connection was lost") from None
            except ImportError as error:
                raise ClusterError(_cannot_import(self.address, error)) from None
            except RuntimeError as error:
                if "deserializ" not in str(error):
                    raise
                raise ClusterError(_cannot_import(self.address, error.__cause__ or error)) from None

    def _gone(self, error: object) -> ClusterError:
        why = " ".join(str(error).split())[:120] or type(error).__name__
        return ClusterError(
            f"the scheduler at {self.address} does not answer any more ({why}): the same command "
            "goes on from here when it does"
        )

    def _release(self) -> None:
        with suppress(Exception):  # no scheduler any more, no matter
            self._client.cancel([future for _, future in self._out])
            self._client.run(release, self._run.name, on_error="ignore")


def _seen(path: str) -> tuple[str, int | None]:
    try:
        return path, os.stat(path).st_size
    except OSError:  # a link to nothing is there as well
        return path, None


def _cannot_import(address: str, error: BaseException) -> str:
    return (
        f"the scheduler or a worker of the cluster at {address} does not know this run's code "
        f"({' '.join(str(error).split())[:160]}): install the same facescreen on every machine"
    )


# --- connecting -----------------------------------------------------------------------------------


def _connected(address: str, workers: int | None, stack: ExitStack) -> Client:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ClusterError(
            "many machines need the package distributed (pip install 'facescreen[cluster]'): "
            f"{error}"
        ) from None
    stack.callback(_quiet())
    if address == LOCAL:
        where: Any = stack.enter_context(
            LocalCluster(
                n_workers=workers or usable_cores(),
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any port, no dashboard
                memory_limit=0,  # images are held beside the workers, where it sees none of them
                silence_logs=logging.CRITICAL,
            )
        )
    else:
        where = address
        _check_reached(address)
    try:
        return stack.enter_context(Client(where, timeout=REACHED, set_as_default=False))
    except Exception as error:
        raise _not_reached(address, error) from None


def _quiet() -> Callable[[], None]:
    """Keep Dask's messages off the terminal; what it returns lets them on again."""
    rooms = ("distributed", "tornado", "asyncio")
    known = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in rooms]
    loggers = [logging.getLogger(name) for name in {*rooms, *known}]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    return lambda: [logger.setLevel(b) for logger, b in zip(loggers, before, strict=True)]


def _check_reached(address: str) -> None:
    """Ask who is there; a client that fails to connect leaves messages behind."""
    from distributed import Security, rpc

    async def identity() -> dict:
        security = Security().get_connection_args("client")
        async with rpc(address, connection_args=security) as there:
            return await there.identity()

    async def in_time() -> dict:
        return await asyncio.wait_for(identity(), REACHED)

    try:
        who = _off_loop(in_time)
    except Exception as error:
        raise _not_reached(address, error) from None
    if who.get("type") != "Scheduler":
        raise _not_reached(address, ValueError(f"a {who.get('type')} is there"))


def _off_loop(function: Callable[[], Any]) -> Any:
    """Run a coroutine to its end, in a thread: a notebook's has a loop already."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(function())).result()


def _not_reached(address: str, error: Exception) -> ClusterError:
    late = f"no answer in {REACHED} seconds" if isinstance(error, TimeoutError) else ""
    odd = "what answers there is something else" if isinstance(error, MemoryError) else ""
    why = late or odd or " ".join(str(error).split())[:120] or type(error).__name__
    return ClusterError(
        f"no Dask scheduler was reached at {address} ({why}): expected the address of one, such as "
        "tcp://10.0.0.1:8786, or local"
    )
