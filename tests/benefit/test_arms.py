"""Laws of the arms: equal but for their images; labels inherited; damage where it is said to be."""

import numpy as np
import pytest

from facescreen.benefit import design, doses, labeled
from facescreen.benefit.classifier import balanced_accuracy, train_classifier
from facescreen.benefit.downstream import Cell, screens_for
from facescreen.faces import portrait_table


@pytest.fixture(scope="module")
def cell():
    """The smallest: four real images a class, sixteen added ones."""
    return Cell("finished", 16, 3, generated=64, test=40, checked=False)


def test_balanced_accuracy_is_sklearns():
    from sklearn.metrics import balanced_accuracy_score

    random = np.random.default_rng(0)
    labels, answers = random.choice(4, 90, p=[0.6, 0.2, 0.1, 0.1]), random.integers(0, 4, 90)
    assert balanced_accuracy(labels, answers) == pytest.approx(
        balanced_accuracy_score(labels, answers)
    )


def test_real_images_are_of_their_class_and_nested():
    few, many = labeled.members("varied", 7, 5), labeled.members("varied", 7, 30)
    assert (many[:, :5] == few).all() and len(np.unique(many)) == many.size
    styles = portrait_table(design.EXISTING, 0)["hair_style"].to_numpy()
    for row, names in zip(many, design.CLASSES.values(), strict=True):
        assert set(styles[row]) <= set(names)
    assert (labeled.members("varied", 8, 5) != few).any()
    with pytest.raises(ValueError, match="there are"):
        labeled.members("varied", 7, 5000)


def test_a_new_face_is_made_of_real_ones_of_its_class_alone(cell):
    """All other classes' portraits blackened, it is the same; the others' new faces are not."""
    cell.passed(design.UNSCREENED)  # so that something is drawn
    changed = labeled.LabeledPool(design.SOURCES["finished"], 3, cell.pool.chosen)
    by_class = changed.real.reshape(4, -1, 64, 64, 3).copy()
    by_class[[0, 1, 3]] = 0
    changed.real = by_class.reshape(changed.real.shape)
    changed.extend()
    same = changed.images == cell.pool.images[:, : changed.images.shape[1]]
    assert same.all(axis=(1, 2, 3, 4)).tolist() == [False, False, True, False]


def test_the_pool_grows_without_changing_what_is_there(cell):
    cell.passed(design.UNSCREENED)
    first = cell.pool.images.copy()
    cell.pool.extend()
    assert (cell.pool.images[:, : first.shape[1]] == first).all()
    assert cell.pool.images.shape[1] > first.shape[1]


def test_small_images_are_means_of_two_by_two():
    images = np.random.default_rng(1).integers(0, 256, (2, 64, 64, 3), np.uint8)
    wanted = [[np.rint(images[1, 2 * r : 2 * r + 2, 2 * c : 2 * c + 2, 2].mean())
               for c in range(32)] for r in range(32)]  # fmt: skip
    assert (labeled.small(images)[1, :, :, 2] == wanted).all()


@pytest.mark.parametrize("screen", design.SCREENS)
def test_a_screened_arm_holds_the_first_images_that_pass(cell, screen):
    rows, rule = cell.passed(screen), screens_for("test")[screen]
    for own, images in zip(rows, cell.pool.images, strict=True):
        wanted = [k for k, image in enumerate(images) if not rule(image[None]).broken[0]][:16]
        assert own.tolist() == wanted


def test_every_arm_has_as_many_images_of_each_class(cell):
    for arm in (design.UNSCREENED, design.DROPPED, *design.SCREENS):
        real, added = cell.arm(arm)
        assert np.bincount(real[1]).tolist() == [4] * 4
        assert np.bincount(added[1]).tolist() == [16] * 4
        assert added[0].shape == (64, 32, 32, 3)


def test_blind_dropping_drops_as_many_of_the_same_images_as_rule_1(cell):
    for dropped, passed in zip(cell.dropped(), cell.passed("single color"), strict=True):
        assert len(dropped) == len(passed) and dropped.max() <= passed.max()


def test_arms_of_a_seed_start_from_the_same_weights(cell):
    one = train_classifier(cell.arm(design.REAL), 3, steps=0)
    other = train_classifier(cell.arm("signs"), 3, steps=0)
    third = train_classifier(cell.arm("signs"), 4, steps=0)
    first = [network.to_scores.weight for network in (one, other, third)]
    assert (first[0] == first[1]).all() and (first[0] != first[2]).any()


def test_a_cell_of_uneven_classes_is_refused():
    with pytest.raises(ValueError, match="as many of each of the 4 classes"):
        Cell("finished", 42, 0)


# --- planted damage -------------------------------------------------------------------------------


@pytest.fixture
def part():
    images = np.random.default_rng(2).integers(0, 256, (48, 32, 32, 3), np.uint8)
    return images, labeled.labels_of(12)


@pytest.mark.parametrize("damage", doses.DAMAGES)
def test_damage_hits_the_share_that_is_said_and_larger_doses_hit_more_of_the_same(part, damage):
    low, high = (doses.damaged(part, damage, dose, 5) for dose in (25, 75))
    for ((images, labels), hit), share in ((low, 0.25), (high, 0.75)):
        classes = [doses.ONE_CLASS] if damage == doses.GIVEN_AWAY else range(4)
        assert [hit[part[1] == c].mean() for c in range(4)] == [share * (c in classes)
                                                               for c in range(4)]  # fmt: skip
        changed = (images != part[0]).any(axis=(1, 2, 3))
        relabeled = labels != part[1]
        assert (hit == (relabeled if damage == doses.WRONG else changed)).all()
        assert not (changed if damage == doses.WRONG else relabeled).any()
    assert (high[1] | ~low[1]).all()
