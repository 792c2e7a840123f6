"""Disks that have no room left, for real: a small file system, or a limit on a process's files."""

from __future__ import annotations

import os
import resource
import subprocess
from pathlib import Path

from tests.faults.place import Worker

BLOCK = b"\0" * 4096


class SmallDisk:
    """A file system of its own in memory. Raises PermissionError where none may be mounted."""

    def __init__(self, folder: Path, megabytes: int = 8) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        folder.mkdir()
        asked = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(folder)]
        mounted = subprocess.run(asked, capture_output=True, text=True)
        if mounted.returncode != 0:
            raise PermissionError(mounted.stderr.strip())

    def fill(self) -> None:
        """Take every block that is left."""
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            while True:
                os.write(descriptor, BLOCK)
        except OSError:
            pass
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink()

    def close(self) -> None:
        """Unmount, also while a process that is about to end has files open."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class LimitedFiles:
    """A limit on what one worker may write: to it, the disk is full, and to nobody else."""

    def __init__(self, worker: Worker) -> None:
        self._pid = worker.process.pid
        self._before = resource.prlimit(self._pid, resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        """Let no file grow beyond its first byte."""
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (1, self._before[1]))

    def free(self) -> None:
        """Lift the limit."""
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, self._before)
