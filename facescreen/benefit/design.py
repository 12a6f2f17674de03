"""What the study of benefit asks, of what, and what would count as an answer: fixed beforehand.

Task, arms, amounts and steps were settled on seed 100 (`PILOT`), and the criteria written down,
before `SEEDS` ran. For want of time, and before the first of them had run, the GANs were then made
shorter and the doses kept to three seeds; the batches were drawn faster, and a first run of seed 0
that had been cut off was thrown away.

**Screening helps** a classifier, for a generator and an amount of real images, if over the seeds
the mean of (accuracy with screened − with unscreened generated images) has a 95 % interval of
Student's t above 0, and its two-sided p value of the paired t test is below 0.05 after Holm's
correction for all `screens × amounts × generators` asked. **It helps more than dropping blindly**
if the same holds against the arm of which as many images were dropped at random as rule 1 rejects.
**It harms** if the interval lies below 0 in that way. Anything else is "not seen": then the widest
difference that the interval leaves open is what the study can say.

**Broken images slow learning down** if the area under the curve of KID by images shown is larger
with unscreened than with screened images, by the same two criteria over the seeds of the GAN.
"""

from __future__ import annotations

from dataclasses import dataclass

# --- the task -------------------------------------------------------------------------------------

CLASSES = {  # what a portrait's hair is, by the hair style that drew it; buns are left out
    "short": ("short", "swept"),
    "long": ("bob", "long", "wavy"),
    "curly": ("curly",),
    "bald": ("receding", "bald"),
}
SIDE = 32  # pixels: images are drawn and screened at 64, then averaged down
TEST_SEED, TEST = 111, 2400  # held-out portraits, none of which any network here has seen
READER_SEED, READER = 112, 4000  # portraits that teach the reader, which checks labels
EXISTING = 4096  # of the portraits of seed 0, those that a generator combines and a class draws on


@dataclass(frozen=True)
class Source:
    """Whose images are added: how existing faces become new ones, and where 24 valid ones are.

    setting: of the portraits. scheme, alpha: as in `facescreen.gan.combine`. training: "" for the
    shipped model; otherwise the seeds of raw generators that draw while they learn. valid: the
    labeled pool that calibrates the signs.
    """

    name: str
    setting: str
    scheme: str
    alpha: float
    valid: str
    training: tuple[int, ...] = ()


SOURCES = {
    "finished": Source("finished", "varied", "mix_and_extrapolate", 0.4, "test"),
    "while learning": Source(
        "while learning", "bright", "two_faces", 0.0, "learning_test", (20, 21)
    ),
}
MOMENTS = tuple(range(2, 40, 4))  # of 40, each the middle of a tenth of the learning
CALIBRATED_BY = 24  # valid images

# --- the arms -------------------------------------------------------------------------------------

SCREENS = ("single color", "multi color", "signs")  # the signs calibrated on `CALIBRATED_BY`
REAL, UNSCREENED, DROPPED = "real only", "unscreened", "randomly dropped"
ORACLE = "oracle: label right"  # keeps what a reader of 4,000 labels reads as it is labeled
ALONE = ("unscreened, no real", "signs, no real")  # beside as many real images as are added
ARMS = (REAL, UNSCREENED, DROPPED, *SCREENS, ORACLE, *ALONE)

AMOUNTS = (40, 200, 600)  # real images, the same number of each class
GENERATED = 600  # images added to them, the same number of each class, in every arm
SEEDS = tuple(range(5))
PILOT = (100,)

DOSES = (0, 25, 50, 75)  # percent of the added images that are damaged
DOSE_REAL, DOSE_SEEDS = 40, 3  # real images; the first so many seeds

# --- the second GAN -------------------------------------------------------------------------------

# A first set, of 3,840 images each, was too short to tell anything; seeds and arms are the same.
GAN_SIDE, GAN_IMAGES, GAN_EVERY = 32, 12_800, 1_600  # pixels, images shown, images between moments
GAN_SETS = (1500, 1500)  # existing and added images
GAN_SEEDS = tuple(range(3))
ONLY_REJECTED = "only rejected"  # by the signs as shipped: the most that a screen could spare
GAN_ARMS = (REAL, UNSCREENED, DROPPED, "multi color", "signs", ONLY_REJECTED)
