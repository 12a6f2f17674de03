"""A Dask cluster on this machine, for tests."""

from contextlib import AbstractContextManager
from typing import Any


def local_cluster(workers: int) -> AbstractContextManager[Any]:
    """A cluster of so many workers, of one thread each, heard on 127.0.0.1 alone."""
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        silence_logs=60,
    )
