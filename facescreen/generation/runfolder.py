"""The folder of one run: `settings.json`, `manifest.jsonl`, `images/`; any kill leaves it usable.

A file is written before the manifest line that names it. So after a kill there may be a file that
no line names, or half a line, and never a line without its file; opening the folder removes both,
and the run goes on from the first image that has no line.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from facescreen.images import InUseError, locked


class RunFolderError(Exception):
    """The folder belongs to other settings or to a running process; the message is one sentence."""


class RunFolder:
    """Context manager around a run's folder; holds its lock, counts what its manifest says.

    `identity` is what every image depends on; a folder made with another one is refused, except
    where only the names in `free` differ. `RunFolderError` says which name it was.
    """

    def __init__(self, path: Path, identity: dict[str, Any], free: tuple[str, ...] = ()) -> None:
        self.path, self.free = path, free
        self.identity = json.loads(json.dumps(identity))  # as it will read back
        self.tried = self.saved = 0
        self.rejected: Counter[str] = Counter()

    def __enter__(self) -> "RunFolder":
        (self.path / "images").mkdir(parents=True, exist_ok=True)
        try:
            self._lock = locked(self.path / ".lock")
        except InUseError as error:
            raise RunFolderError(f"another process is writing to {self.path}") from error
        try:
            self._check_settings()
            self._names = self._read_manifest()
            self._remove_strays()
            self._manifest = (self.path / "manifest.jsonl").open("a", encoding="utf-8")
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._manifest.close()
        self._lock.close()  # the system frees the lock with the file, after a kill as well

    def files(self) -> list[Path]:
        """The images saved, in order."""
        return [self.path / name for name in self._names]

    def record(self, lines: list[dict[str, Any]]) -> None:
        """Append a line for each image judged; the files that they name are written already."""
        self._manifest.write("".join(json.dumps(line) + "\n" for line in lines))
        self._manifest.flush()
        for line in lines:
            self._count(line)

    def _count(self, line: dict[str, Any]) -> None:
        self.tried += 1
        if line["file"] is None:
            self.rejected[line["reason"]] += 1
        else:
            self.saved += 1
            self._names.append(line["file"])

    def _check_settings(self) -> None:
        file = self.path / "settings.json"
        if file.exists():
            try:
                theirs = json.loads(file.read_text("utf-8"))
            except ValueError as error:
                raise RunFolderError(f"{file} is not readable: {error}") from error
            for name in sorted(theirs.keys() | self.identity.keys()):
                ours, other = self.identity.get(name), theirs.get(name)
                if name not in self.free and ours != other:
                    raise RunFolderError(
                        f"{self.path} was made with {name} {other!r}, not {ours!r}: "
                        "choose another folder, or the same settings"
                    )
        elif (self.path / "manifest.jsonl").exists() or any((self.path / "images").iterdir()):
            raise RunFolderError(
                f"{self.path} holds images but no settings.json: not a run's folder"
            )
        temporary = file.with_suffix(".json.tmp")
        temporary.write_text(json.dumps(self.identity, indent=2) + "\n", "utf-8")
        os.replace(temporary, file)

    def _read_manifest(self) -> list[str]:
        """Count the manifest's whole lines and cut off what follows them; returns the files."""
        self._names: list[str] = []
        manifest, good = self.path / "manifest.jsonl", 0
        if not manifest.exists():
            return self._names
        for raw in manifest.read_bytes().splitlines(keepends=True):
            line = _whole_line(raw, expected_index=self.tried)
            if line is None or (line["file"] and not (self.path / line["file"]).is_file()):
                break  # torn, or its file was lost: everything from here is made again
            self._count(line)
            good += len(raw)
        with manifest.open("r+b") as file:
            file.truncate(good)
        return self._names

    def _remove_strays(self) -> None:
        """Remove files that no line names: written just before a kill, or half written."""
        known = {Path(name).name for name in self._names}
        for file in (self.path / "images").iterdir():
            if file.is_file() and file.name not in known:
                file.unlink()


def _whole_line(raw: bytes, expected_index: int) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
        whole = raw.endswith(b"\n") and line["index"] == expected_index
        _ = line["file"], line["reason"]
    except (ValueError, KeyError, TypeError):
        return None
    return line if whole else None
