"""The workers of a Dask cluster: started with Dask's own commands, or by us on this machine.

The job goes to the cluster once and from worker to worker from there; a task is a few names. Dask does a task again
when its worker dies, and gives up when several died of it (its setting ``distributed.scheduler.allowed-failures``).
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blemish.errors import BlemishError, RequestError, WorkError
from blemish.extras import cure
from blemish.farm.crew import LOCAL, Crew, Farm, Job, Result, Task, Work

if TYPE_CHECKING:
    from distributed import Client, Future


ADDRESS = re.compile(r"([a-z]+://)?[^\s/:]+(:[^\s/:]+)*:\d{1,5}")
"""Scheme (``tcp``, ``tls``, ``ucx``), host (maybe in numbers) and port."""

ANSWER_S = 10
"""How long a scheduler may take to answer, and a cluster to show its first worker."""

PATIENCE_S = 120
"""How long there may be no worker at all before the work is given up: time for a batch system to bring new ones."""

LOOK_S = 2
"""How often the cluster is looked at while no result comes."""

AGAIN = "what is finished is kept: run the same command again when it is back"


@contextmanager
def open_cluster(crew: Crew) -> Iterator[Farm]:
    """Connect to the scheduler at ``crew.dask``, or start one with ``crew.workers`` processes here."""
    try:
        import distributed
    except ImportError as error:
        raise RequestError(f"--dask {crew.dask}: Dask is not installed ({error}); {cure('farm')}") from None
    import dask

    # What Dask logs of a lost connection, traceback and all, is told below in one sentence.
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.comm.timeouts.connect": f"{ANSWER_S}s"}))
        address: Any = crew.dask
        if crew.dask == LOCAL:
            address = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=crew.workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address=None,
                    memory_limit=0,
                    resources={"GPU": 1} if crew.gpu else None,
                    silence_logs=logging.CRITICAL,
                )
            )
        client = _connect(crew.dask, address)
        stack.callback(_leave, client)
        cluster = _Cluster(client, crew)
        cluster.refuse_unfit()
        yield cluster


def _connect(name: str, address: Any) -> Client:
    from distributed import Client

    if isinstance(address, str) and not ADDRESS.fullmatch(address):
        raise RequestError(
            f"--dask {name}: this is no address of a scheduler; it looks like tcp://host:8786, as `dask scheduler` "
            "prints it, or is the word local"
        )
    try:
        return Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise WorkError(
            f"--dask {name}: no scheduler answers there ({_short(error)}); start one with `dask scheduler` and workers "
            "with `dask worker ADDRESS --nthreads 1`, or use --dask local"
        ) from None


def _leave(client: Client) -> None:
    with suppress(Exception):  # of a scheduler that is gone nobody needs to take leave
        client.close(timeout=5)


@dataclass(frozen=True)
class _Cluster(Farm):
    """A connection to a scheduler."""

    client: Client
    crew: Crew

    @property
    def size(self) -> int:
        return max(1, len(self._workers()))

    @property
    def _resources(self) -> dict[str, int]:
        return {"GPU": 1} if self.crew.gpu else {}

    def _workers(self) -> dict[str, dict[str, Any]]:
        """Give the workers that may be used, by address."""
        try:
            known = self.client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, TimeoutError, KeyError):
            return {}
        return {
            address: about
            for address, about in known.items()
            if not self.crew.gpu or about.get("resources", {}).get("GPU", 0) >= 1
        }

    def refuse_unfit(self) -> None:
        """Wait a moment for the first worker, and refuse workers that would render two frames at a time."""
        until = time.monotonic() + ANSWER_S
        while not self._workers() and time.monotonic() < until:
            if self.client.status != "running":
                raise self._lost()
            time.sleep(0.2)
        workers = self._workers()
        if not workers:
            kind = " with the resource GPU" if self.crew.gpu else ""
            option = " --resources GPU=1" if self.crew.gpu else ""
            raise WorkError(
                f"--dask {self.crew.dask}: the scheduler has no worker{kind}; start some with "
                f"`dask worker ADDRESS --nthreads 1{option}`"
            )
        wide = [f"{address} has {about['nthreads']}" for address, about in workers.items() if about["nthreads"] != 1]
        if wide:
            raise RequestError(
                f"--dask {self.crew.dask}: a worker renders one frame at a time, with all its cores, so it must have "
                f"one thread ({'; '.join(wide[:3])}): start workers with `dask worker ADDRESS --nthreads 1`"
            )

    def ask(self, question: Callable[[], Result]) -> dict[str, Result]:
        futures = {
            address: self.client.submit(
                question, workers=[address], resources=self._resources, pure=False, allow_other_workers=False
            )
            for address in self._workers()
        }
        return {address: self._result(future) for address, future in futures.items()}

    def spread(self, work: Work[Job, Task, Result], job: Job, tasks: Sequence[Task]) -> Iterator[Result]:
        # The job is a task too: when its holder dies, the scheduler can have it again.
        held = self.client.submit(_same, job, key=f"blemish-job-{uuid.uuid4().hex}", resources=self._resources)
        ahead, flying = iter(tasks), list[Any]()
        try:
            while True:
                for task in ahead:
                    flying.append(
                        self.client.submit(work, held, task, resources=self._resources, pure=False, key=_key(work))
                    )
                    if len(flying) >= 2 * self.size:
                        break
                if not flying:
                    return
                done, flying = self._first(flying)
                for future in done:
                    yield self._result(future)
        finally:
            with suppress(Exception):  # of a scheduler that is gone nothing needs to be taken back
                self.client.cancel([*flying, held], force=True)

    def _first(self, flying: list[Future]) -> tuple[list[Future], list[Future]]:
        """Wait until some are done; tell a scheduler that is lost, and workers that all left and do not come back."""
        seen = time.monotonic()
        while True:
            done = [future for future in flying if future.status != "pending"]
            if done:
                return done, [future for future in flying if future not in done]
            if self.client.status not in ("running", "connecting"):
                raise self._lost()
            if self._workers():
                seen = time.monotonic()
            elif time.monotonic() - seen > PATIENCE_S:
                raise WorkError(
                    f"--dask {self.crew.dask}: all workers left and none came back within {PATIENCE_S} s; {AGAIN}"
                )
            _wait_for_one(flying)

    def _result(self, future: Future) -> Any:
        from distributed import CancelledError, KilledWorker

        try:
            return future.result()
        except BlemishError:
            raise
        except KilledWorker as error:
            raise WorkError(
                f"--dask {self.crew.dask}: several workers died of the same task, which mostly means that memory ran "
                f"out ({error.last_worker.address if error.last_worker else 'the last is unknown'}); what is finished "
                "is kept: run the same command again with fewer workers a machine"
            ) from None
        except (CancelledError, OSError, TimeoutError) as error:
            if future.status != "error":
                raise self._lost() from None
            raise WorkError(f"--dask {self.crew.dask}: a worker failed: {error!r}") from error
        except (ImportError, AttributeError) as error:
            raise WorkError(
                f"--dask {self.crew.dask}: a worker cannot run this version of blemish ({error}); install the same "
                "version, with the same packages, where scheduler and workers run"
            ) from error

    def _lost(self) -> WorkError:
        return WorkError(f"--dask {self.crew.dask}: the scheduler was lost; {AGAIN}")


def _wait_for_one(flying: list[Future]) -> None:
    from distributed import CancelledError, wait

    # A future that is cancelled or lost is found by its state.
    with suppress(TimeoutError, CancelledError), flying[0].client.as_current():
        wait(flying, timeout=LOOK_S, return_when="FIRST_COMPLETED")


def _same(job: Job) -> Job:
    return job


def _key(work: Callable[..., Any]) -> str:
    return f"{work.__name__}-{uuid.uuid4().hex}"


def _short(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
