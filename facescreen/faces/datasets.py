"""CelebA and LFW as torchvision lays them out on disk, read through its own dataset classes.

torchvision brings the layout, the lists of files and the download; the files themselves are read
like any other photographs. Only opening such a source loads torch.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from facescreen.faces.photographs import FolderSource, SourceError, read_photographs


@dataclass(frozen=True)
class Layout:
    """Where a data set lies on disk, and what of it is needed.

    base: the folder inside ROOT that torchvision expects. images: the folder of images in it.
    lists: names of files beside that one; any one of them says which images there are. tree: how
    base looks, one line each. obtain: how to get the data.
    """

    kind: str
    title: str
    base: str
    images: str
    lists: tuple[str, ...]
    tree: tuple[str, ...]
    obtain: str

    def expected(self, root: Path, base: str) -> str:
        """The tree that is expected in ROOT, as the end of a sentence."""
        inside = [f"{base}/", *(f"    {line}" for line in self.tree)] if base else self.tree
        lines = [f"{root.name or root}/", *(f"    {line}" for line in inside)]
        return "expected a folder such as" + "".join(f"\n    {line}" for line in lines)


CELEBA = Layout(
    kind="celeba",
    title="CelebA",
    base="celeba",
    images="img_align_celeba",
    lists=("list_eval_partition.txt",),
    tree=(
        "img_align_celeba/",
        "    000001.jpg",
        "    000002.jpg",
        "    …",
        "list_eval_partition.txt",
    ),
    obtain="CelebA can be downloaded there (--download, or download=True)",
)
LFW = Layout(
    kind="lfw",
    title="LFW",
    base="lfw-py",
    images="lfw_funneled",
    lists=("people.txt", "peopleDevTrain.txt", "peopleDevTest.txt"),
    tree=(
        "lfw_funneled/",
        "    Aaron_Eckhart/",
        "        Aaron_Eckhart_0001.jpg",
        "    …",
        "people.txt",
    ),
    obtain="newer versions of torchvision do not download LFW, so unpack lfw-funneled.tgz yourself",
)


def open_celeba(
    argument: str, size: int, _seed: int, limit: int | None, download: bool
) -> FolderSource:
    """Open `celeba:ROOT`: the aligned images, in the order of list_eval_partition.txt."""
    folder, found = _find(CELEBA, _celeba_files, argument, download)
    return read_photographs(f"celeba:{argument}", size, folder, found, limit)


def open_lfw(
    argument: str, size: int, _seed: int, limit: int | None, download: bool
) -> FolderSource:
    """Open `lfw:ROOT`: the funneled images, in the order of people.txt.

    Without people.txt, which names everybody, those of peopleDevTrain.txt and peopleDevTest.txt.
    """
    folder, found = _find(LFW, _lfw_files, argument, download)
    return read_photographs(f"lfw:{argument}", size, folder, found, limit)


def _find(
    layout: Layout,
    list_files: Callable[[Path, str, bool], list[str]],
    argument: str,
    download: bool,
) -> tuple[Path, list[str]]:
    """Return the data set's own folder and the paths of its images, which are not opened yet.

    list_files: called with ROOT, the folder inside it ("" if ROOT is that folder) and `download`.
    """
    if not argument:
        tree = layout.expected(Path("photos"), layout.base)
        raise SourceError(f"expected {layout.kind}:ROOT, with a path; {layout.obtain}; {tree}")
    root = Path(argument).expanduser()
    # ROOT may be the data set's own folder; torchvision joins the two names, and "" changes nothing
    itself = not (root / layout.base).is_dir() and (root / layout.images).is_dir()
    base = "" if itself else layout.base
    tree = layout.expected(root, base)
    if not download and (missing := _missing(layout, root, base)):
        raise SourceError(f"{missing}; {layout.obtain}; {tree}")
    try:
        found = list_files(root, base, download)
    except Exception as error:  # downloads fail, and lists are damaged, in all kinds of ways
        done = "downloaded" if download else "read"
        words = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise SourceError(f"{root}: {layout.title} cannot be {done} ({words}); {tree}") from error
    if not found:
        raise SourceError(f"{root}: the list of images is empty; {tree}")
    return root / base, found


def _missing(layout: Layout, root: Path, base: str) -> str:
    """Say which of the images and a list of them is not there, and what is; "" if both are."""
    if not root.is_dir():
        return f"{root} {'is a file' if root.exists() else 'does not exist'}"
    folder = root / base
    images = folder / layout.images
    if not images.is_dir():
        here = folder if folder.is_dir() else root
        return f"{here} {_seen(here)}, no folder {images.relative_to(here).as_posix()}"
    if not any((folder / name).is_file() for name in layout.lists):
        without = f"folder:{images} takes its images without a list"
        return f"{folder} {_seen(folder)}, no {' or '.join(layout.lists)} ({without})"
    return ""


def _seen(folder: Path, most: int = 5) -> str:
    names = sorted(os.listdir(folder))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"holds {', '.join(names[:most])}{more}" if names else "is empty"


def _celeba_files(root: Path, base: str, download: bool) -> list[str]:
    from torchvision.datasets import CelebA

    class Present(CelebA):
        base_folder = base

        def _check_integrity(self) -> bool:
            # torchvision's own checks stay in charge of what it downloads. A tree that is there
            # is taken as it is: many have the images only, without the files that have checksums.
            return super()._check_integrity() if download else True

        def _load_csv(self, filename: str, header: int | None = None) -> object:
            import torch

            if filename in CELEBA.lists:
                return super()._load_csv(filename, header)
            # attributes, identities and landmarks are of no use here, and slow to parse
            return SimpleNamespace(header=[], index=[], data=torch.empty(0))

    images = root / base / CELEBA.images
    return [f"{images}/{name}" for name in Present(root, split="all", download=download).filename]


def _lfw_files(root: Path, base: str, download: bool) -> list[str]:
    from torchvision.datasets import LFWPeople

    class Present(LFWPeople):
        base_folder = base

        def _check_integrity(self) -> bool:  # as in CelebA's
            return super()._check_integrity() if download else True

        def _get_classes(self) -> dict[str, int]:
            return defaultdict(int)  # nobody asks who is who, so lfw-names.txt is not needed

    if download or (root / base / "people.txt").is_file():
        splits = ["10fold"]
    else:
        lists = {"train": "peopleDevTrain.txt", "test": "peopleDevTest.txt"}
        splits = [split for split, name in lists.items() if (root / base / name).is_file()]
    # there is one split only where a download is asked for
    return [file for split in splits for file in Present(root, split, download=download).data]
