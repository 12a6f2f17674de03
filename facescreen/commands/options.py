"""What each `facescreen` command takes, and the examples its help shows."""

import argparse

from facescreen.commands.values import (
    count,
    minutes,
    number,
    page,
    pixels,
    seed,
    share,
    threads,
    workers,
)

PORTRAITS_HELP = """\
examples:
  facescreen portraits --count 100 --out faces
  facescreen portraits --count 1000 --size 128 --setting studio --seed 7 --out studio_faces
"""
TRAIN_HELP = """\
examples:
  facescreen train --minutes 10 --out build/models/mine.safetensors
  facescreen train --recipe dcgan --minutes 3 --out build/models/dcgan.safetensors
  facescreen train --source folder:photos --images 200000 --out build/models/photos.safetensors
  facescreen train --source celeba:data/downloads --faces 9000 --minutes 60 --out mine.safetensors

Sources of existing faces: portraits, portraits:studio and portraits:bright (rendered), folder:PATH
(photographs in PATH and the folders inside it), celeba:ROOT and lfw:ROOT (these data sets as
torchvision lays them out: ROOT/celeba, ROOT/lfw-py). Nothing is downloaded without --download.

Beside OUT, a folder of its name keeps a sheet of samples for each checkpoint, and the history of
the losses. The same command goes on where an earlier one stopped.
"""
WHOM = """\
whom each rule costs, where groups differ by more than 3 points and chance does not explain it
(`data/bias`, from rendered portraits; signs without --calibrate lose no group that much more):
  single  loses 6.5 % of valid faces exposed brightly, 2.5 % of dim ones
  multi   loses 14.4 % of valid faces exposed brightly, 5.7 % of dim ones; misses 27.4 % of planted
          saturated damage on skin of Monk 9–10, 8.7 % on skin of Monk 3–4
  signs   calibrated on 24 valid faces, loses 9.5 % of Monk 5–6, 2.6 % of Monk 9–10; 11.6 % of
          blond hair, 4.0 % of black or dark brown; 8.1 % lit from the side, 3.2 % from the front
Drawn while a GAN learns, valid images made of faces of Monk 3–4 are lost most: 8.5 % by single,
8.8 % by multi; of Monk 9–10 none are. Of a finished GAN bright images are: 38.4 % of the lightest
third by single, 42.6 % by multi, of the darkest third 4.3 % by either.
"""
GENERATE_HELP = """\
examples:
  facescreen generate --count 2500 --rule multi --seed 1 --out runs/multi
  facescreen generate --count 500 --rule single --threshold 20 --out runs/single20
  facescreen generate --count 100 --rule none --source folder:photos --out runs/raw
  facescreen generate --count 100 --source lfw:data/downloads --faces 1000 --out runs/lfw
  facescreen generate --while-learning --count 2500 --rule multi --seed 1 --out runs/learning
  facescreen generate --count 100000 --cluster tcp://10.0.0.1:8786 --out runs/large

`facescreen train --help` lists the sources of existing faces.
The same command goes on where an earlier one stopped, and ends in the same images.

With --while-learning a GAN learns the existing faces (portraits:bright unless told otherwise) in
OUT/learning, and image i is drawn, by two faces unless told otherwise, by its raw weights at moment
i mod MOMENTS of that learning: any number of images covers the whole of it in equal parts.
"""
CLUSTER = "of a Dask scheduler whose workers do it; local: one on this machine"
SOURCE_HELP = "existing faces: portraits, folder:PATH, celeba:ROOT or lfw:ROOT (portraits)"
SCREEN_HELP = """\
examples:
  facescreen screen photos --rule multi --out report
  facescreen screen photos --rule single --threshold 20 --report
  facescreen screen faces --rule signs
  facescreen screen photos --rule signs --profile photographs
  facescreen screen faces --rule signs --calibrate valid --max-valid-loss 0.05 --out report
  facescreen screen more --rule signs --profile report/profile.json
  facescreen screen shards --rule signs --workers 8 --out verdicts.parquet

The rule "signs" adds up twelve signs of breakage, and the reason is the one that counts most. Its
profile says how much each counts and from which log odds an image is broken: "generated" for faces
that a GAN made, "photographs" for photographs, or a file. The thresholds of the others count
pixels and were chosen for images of 64×64.

With --calibrate the rule's threshold is set by a folder of valid images of the generator at hand,
16 or more (8 at the least), and what it will lose of others is printed with an interval. "signs"
writes profile.json beside verdicts.csv, to be used again by --profile. Look at the images first:
broken ones among them raise the threshold.

Every image file under FOLDER has its line in verdicts.csv; one that cannot be read, or is not
whole, has the reason "unreadable: …", and the exit code is then 3, as for one under the folder
that calibrates. What is hidden is left out, and said. Its column `bin` is the value, 255 or less,
whose pixels were compared; its `note` says what reading took: gray, palette, cmyk, 16-bit (made
RGB of 8 bits), alpha (laid on mid-gray), lossy (compressed so that values shift), constant (one
color throughout).

Images in .tar shards (as webdataset writes them) and in uint8 arrays (N, H, W, 3) in .npy and .npz
files are judged too, as SHARD.tar/MEMBER and FILE.npy/NUMBER; nothing is unpacked.

With --report there is a page to look at: rates, scores, the worst and the borderline images and
where each is broken, in one HTML file that opens from disk.

Killed at any moment, the same command goes on where it stopped; until then its lines are in hidden
files beside the table. The table is the same for any number of worker processes.
With --cluster, Dask workers judge that see FOLDER under the same path and have the same software.
Trust ADDRESS as a login: what comes from there is unpickled. tls:// is set up as Dask says.
"""
ALARMS_HELP = """\
examples:
  facescreen alarms portraits --count 12000
  facescreen alarms portraits:studio --out studio.csv
  facescreen alarms folder:photos

Every image is taken to be valid, so what a rule flags is a false alarm: look at photographs before
you trust their figures. They are cut to their central square and resized, and a file that cannot be
read is named and counted; the exit code is then 3. Of portraits it is known what they show, so they
have a line for each skin tone, background, glasses and hair color.

SOURCE is one of portraits, portraits:studio, folder:PATH, celeba:ROOT and lfw:ROOT, as
`facescreen train --help` explains them.
"""
QUALITY_HELP = """\
examples:
  facescreen quality
  facescreen quality --model build/models/mine.safetensors --schemes self two_faces --count 1000

Images are compared with portraits, so only models trained on portraits have figures that mean
something. KID: 0 is best. Density and coverage: as large as those of "other portraits" is best.
"""
STUDY_HELP = """\
examples:
  facescreen study --out data/study
  facescreen study --count 100 --images 2000 --out build/study_small
  facescreen study --seeds 0 1 2 --out data/study
  facescreen study --while-learning --only studio learning --out data/study

Trains the quick recipe seven times (about half an hour on two cores), draws COUNT images for each
setting and judges them by each rule. With --seeds it trains the default recipe once per seed
instead, and measures how far the models differ. Trainings are kept in build/study and go on where
they stopped.

With --while-learning it asks why some GANs saturate while they learn: it changes one thing at a
time, trains for 40,000 images, and judges what the raw weights draw at 40 moments. Each change and
seed, about twelve minutes on one core, adds its row to learning.csv; rows that this command wrote
before are kept. All of them take some 16 hours: name some with --only.
"""
EVIDENCE_HELP = """\
examples:
  facescreen evidence
  facescreen evidence --out build/evidence

Reads the labeled images and the models in data/, and writes each table as CSV, each figure as PNG,
and the ledger of the paper's claims: two or three minutes on two cores.
"""
DOCTOR_HELP = """\
examples:
  facescreen doctor
"""

# The names in facescreen.gan.combine.SCHEMES, which takes torch to read.
SCHEMES = ("noise", "self", "two_faces", "four_faces", "mean_two", "extrapolate")
SCHEMES += ("mix_and_extrapolate",)


def portraits_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--count", type=count, default=100, help="how many (default 100)")
    add.add_argument("--size", type=pixels, default=64, help="pixels a side (default 64)")
    add.add_argument("--seed", type=seed, default=0, help="which faces (default 0)")
    add.add_argument("--setting", choices=("varied", "studio", "bright"), default="varied")
    add.add_argument("--out", required=True, help="folder for PNG files and attributes.csv")


def source_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--faces", type=count, help="use only the first so many faces of the source")
    fetch = "fetch a data set that is not there"
    add.add_argument("--download", action="store_true", default=None, help=fetch)


def train_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--source", default="portraits", help=SOURCE_HELP)
    source_options(add)
    add.add_argument(
        "--recipe", help="combiner (default), dcgan, minimax, modern, quick or wgan_gp"
    )
    add.add_argument("--minutes", type=minutes, help="stop after this long")
    add.add_argument("--images", type=count, help="stop after this many training images")
    add.add_argument(
        "--precision", choices=("float32", "bfloat16"), help="(the faster one, measured)"
    )
    layout = "memory layout, with --precision"
    add.add_argument("--channels-last", action=argparse.BooleanOptionalAction, help=layout)
    add.add_argument("--device", help="auto, cpu, cuda or mps (auto)")
    add.add_argument("--seed", type=seed, default=0)
    add.add_argument("--size", type=pixels, default=64, help="pixels a side (default 64)")
    add.add_argument("--threads", type=threads, help="of torch (all cores)")
    add.add_argument("--out", required=True, help="file for the weights (.safetensors)")


def rule_options(add: argparse.ArgumentParser, default: str) -> None:
    rules = ("none", "single", "multi", "signs")
    whom = f"({default}); below: whose valid faces each loses more often"
    add.add_argument("--rule", choices=rules, default=default, help=whom)
    threshold = "single: pixels at value 255 (40); signs: log odds (the profile's)"
    add.add_argument("--threshold", type=number, help=threshold)
    add.add_argument("--color-threshold", type=count, help="multi: pixels of one color (40)")
    add.add_argument("--sum-threshold", type=count, help="multi: pixels of white (1000)")
    profile = "signs: generated (default), photographs or a profile's JSON file"
    add.add_argument("--profile", help=profile)


def generate_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--count", type=count, help="images to save (2500)")
    rule_options(add, "multi")
    add.add_argument("--scheme", help=f"how existing faces are combined: {', '.join(SCHEMES)}")
    add.add_argument("--alpha", type=number, help="strength of schemes that extrapolate")
    add.add_argument("--seed", type=seed, help="which combinations, and which learning (0)")
    add.add_argument(
        "--while-learning",
        action="store_true",
        help="train a GAN and draw from what it was at moments of its learning",
    )
    add.add_argument("--images", type=count, help="while learning: shown to the GAN (40000)")
    add.add_argument("--moments", type=count, help="while learning: equally spaced (40)")
    add.add_argument("--recipe", help="while learning: 'learning' or 'combiner' (learning)")
    add.add_argument(
        "--precision", choices=("float32", "bfloat16"), help="while learning (float32)"
    )
    add.add_argument("--source", help=SOURCE_HELP)
    source_options(add)
    add.add_argument("--size", type=pixels, help="pixels a side, as the model makes them (64)")
    add.add_argument("--model", help="weights file; the shipped model if not given")
    add.add_argument("--max-tries", type=count, help="give up after so many (20 × count)")
    add.add_argument("--out", required=True, help="folder of the run")
    add.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER)


def quality_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--model", help="weights file; the shipped model if not given")
    add.add_argument("--schemes", nargs="+", metavar="SCHEME", help="by name (all)")
    add.add_argument("--count", type=count, help="images of each kind (2500)")
    add.add_argument("--seed", type=seed, help="which combinations (0)")
    add.add_argument("--size", type=pixels, help="pixels a side, as the model makes them (64)")


def study_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--count", type=count, help="images judged per setting (2500)")
    images = "shown in each training (45000; seeds: 80000; while learning: 40000)"
    add.add_argument("--images", type=count, help=images)
    add.add_argument("--seeds", type=seed, nargs="+", help="train the default recipe instead")
    add.add_argument(
        "--while-learning", action="store_true", help="draw from GANs at moments of their learning"
    )
    only = "while learning: these changes only, by name (all)"
    add.add_argument("--only", nargs="+", metavar="NAME", help=only)
    add.add_argument("--model", help="combiner to extrapolate with; the shipped one if not given")
    add.add_argument("--out", required=True, help="folder for the table and the sheets")


def evidence_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--out", default="build/evidence", help="folder (build/evidence)")


def screen_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("folder", metavar="FOLDER", help="searched with the folders inside it")
    rule_options(add, "multi")
    add.add_argument("--calibrate", metavar="VALID", help="set the rule by this folder's images")
    loss = "with --calibrate: share of valid images to lose (0.05)"
    add.add_argument("--max-valid-loss", type=share, metavar="SHARE", help=loss)
    add.add_argument("--out", default=".", help="folder for verdicts.csv; a .csv or .parquet file")
    report = "write a page to look at, too (TABLE.html beside the table)"
    add.add_argument("--report", type=page, nargs="?", const=True, metavar="PAGE.html", help=report)
    processes = "processes that read and judge (a core each; for few files none)"
    add.add_argument("--workers", type=workers, metavar="N", help=processes)
    add.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER)


def alarms_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("source", metavar="SOURCE", help="of valid images, see below")
    add.add_argument("--count", type=count, help="the first so many (4096 portraits; all others)")
    add.add_argument("--size", type=pixels, help="pixels a side (64)")
    add.add_argument("--seed", type=seed, help="which portraits (0)")
    fetch = "fetch a data set that is not there"
    add.add_argument("--download", action="store_true", default=None, help=fetch)
    add.add_argument("--out", metavar="FILE.csv", help="write the table there, too")
