"""Builds the site of the lessons: `make site`, or python site/build.py --out build/site."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from prepare import HERE, prepare

from facescreen.lessons import ROOT

LANGUAGES = ("en", "ko")


def build(out: Path, cache: Path, lessons: Sequence[str] = (), mixer: bool = True) -> None:
    """Build the pages of both languages into `out`, English at its root.

    cache: what is fetched and run once. lessons: names as of `facescreen lessons`, all if none.
    Exits where Sphinx warns of anything, and where `out` holds what is no such site.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / ".buildinfo").is_file():
        raise SystemExit(f"{out} holds files that are no site of Sphinx's: name another folder")
    work = out.with_name(f"{out.name}-work")
    if mixer:
        from mixer import write_mixer

        write_mixer(work / "extra" / "mixer", cache)
    for code in LANGUAGES:
        prepare(work, cache, code, lessons, mixer)
        target = out if code == "en" else out / code
        places = {"FACESCREEN_SITE_LANGUAGE": code, "FACESCREEN_SITE_EXTRA": str(work / "extra")}
        command = [sys.executable, "-m", "sphinx", "--builder", "html", "--conf-dir", str(HERE)]
        command += ["--fail-on-warning", "--keep-going", "--quiet", "--doctree-dir"]
        command += [str(work / "doctrees" / code), str(work / code), str(target)]
        print(f"pages in {code} …", flush=True)
        if subprocess.run(command, env=os.environ | places).returncode:
            raise SystemExit(f"the pages in {code} have faults: see above")
    print(f"site: {out / 'index.html'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder (build/site, or build/site-part)")
    parser.add_argument("--lessons", nargs="*", default=[], help="only these: 01 A1")
    parser.add_argument("--without-mixer", action="store_true")
    options = parser.parse_args()
    name = "site-part" if options.lessons or options.without_mixer else "site"
    out = (options.out or ROOT / "build" / name).resolve()
    build(out, ROOT / "build/site-cache", options.lessons, not options.without_mixer)


if __name__ == "__main__":
    main()
