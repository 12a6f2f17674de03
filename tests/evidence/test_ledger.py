"""Laws of the ledger: every outcome is computed, by population, and the paper's own are counted."""

from dataclasses import replace

import numpy as np
import pytest
from recount import cut_out

from facescreen.evidence import Evidence, by_images, ledger, tally
from facescreen.evidence import studied as studies
from facescreen.evidence.claims import tuned
from facescreen.evidence.entry import APART, CHOSEN, NOT, OURS, PAPER, PARTLY, REPRODUCED


def test_every_line_of_the_ledger_is_complete_and_has_one_of_the_outcomes(book):
    assert set(book["outcome"]) <= {REPRODUCED, PARTLY, NOT, CHOSEN}
    assert set(book["whose"]) == {PAPER, OURS}
    assert book.map(lambda cell: bool(str(cell).strip())).all(axis=None)
    assert not book.duplicated(["claim", "images"]).any()
    assert not book["here"].str.contains("nan").any()


def test_every_claim_that_labels_can_test_is_tested_on_every_population(book, proof):
    own = book[book["images"] != APART]
    by_claim = own.groupby("claim")["images"].agg(set)
    early = by_claim.pop("Images come out broken early in training")
    assert early == {"while learning", "while learning, shipped recipe"}
    studied = by_claim[by_claim.index.isin(entry.claim for entry in studies.studied())]
    assert (
        len(studied) == 3
        and (studied == studied.map(lambda _: {"while learning", "finished"})).all()
    )
    by_claim = by_claim.drop(studied.index)
    assert len(by_claim) > 15
    assert (by_claim == by_claim.map(lambda _: set(proof.populations))).all()


def test_the_ledger_by_images_holds_every_line_once(book):
    wide = by_images(book)
    assert (wide != "").sum().sum() == len(book)
    for _, line in book.sample(20, random_state=0).iterrows():
        cell = wide.loc[(line["whose"], line["section"], line["claim"]), line["images"]]
        assert cell == f"{line['outcome']}: {line['here']}"


def test_the_tally_counts_the_papers_claims_alone(book):
    counts = tally(book)
    for images, row in counts.iterrows():
        lines = [line for _, line in book.iterrows()
                 if line["images"] == images and line["whose"] == PAPER]  # fmt: skip
        assert row.sum() == len(lines)
        assert row.to_dict() == {o: sum(x["outcome"] == o for x in lines) for o in counts}


def test_what_was_aimed_at_is_no_finding(book):
    first = book[book["claim"] == "Without screening, about one image in six is broken"]
    told = first.set_index("images")["outcome"]
    assert told["finished"] == told["while learning"] == CHOSEN
    assert {told["other people's GANs"], told["while learning, shipped recipe"]} <= {
        REPRODUCED,
        NOT,
    }


def test_the_outcomes_follow_the_labels(proof, book):
    """Were exactly those images broken that rule 2 flags, its claims would be reproduced."""
    other = Evidence(proof.images_per_kind)
    flagged = proof.verdicts["multi 40 / 1,000"].broken
    labels = np.where(flagged, "broken_saturated", "valid")
    other.__dict__["pool"] = replace(proof.pool, labels=labels)
    other.__dict__["learning"], other.__dict__["learning_plain"] = (
        proof.learning,
        proof.learning_plain,
    )
    told = ledger(other).query("images == 'finished'").set_index("claim")["outcome"]
    assert told["multi 40 / 1,000 leaves 0.48 % broken, 97.0 % fewer"] == REPRODUCED
    assert told["multi 40 / 1,000 throws away hardly any valid images"] == REPRODUCED
    now = book.query("images == 'finished'").set_index("claim")["outcome"]
    assert now["multi 40 / 1,000 throws away hardly any valid images"] == NOT


def test_no_pair_of_thresholds_at_that_price_leaves_fewer_broken_images(proof, counted):
    """Against a plain search over other pairs, on images and labels read from the files."""
    names = [name for name, (label, _) in counted.items() if label != "unsure"]
    broken = np.array([counted[name][0] != "valid" for name in names])
    counts = np.stack([
        [np.bincount(channel.ravel(), minlength=256)[240:] for channel in np.moveaxis(image, 2, 0)]
        for image in map(cut_out, names)
    ])  # fmt: skip
    fullest = 15 - counts.max(axis=1)[:, ::-1].argmax(axis=1)
    at = counts[np.arange(len(counts)), :, fullest]
    score, total = at.max(axis=1) - at.min(axis=1), at.sum(axis=1)

    def lost_and_rate(color, white):
        flagged = (score >= color) | (total >= white)
        return (flagged & ~broken).sum(), broken[~flagged].mean()

    price, rate_before = lost_and_rate(40, 1000)
    color, white, before, best = tuned(proof.populations["finished"], "unusable")
    assert before.value == pytest.approx(rate_before)
    lost, rate = lost_and_rate(color, white)
    assert lost <= price and best.value == pytest.approx(rate)
    for other in [(c, w) for c in range(20, 2000, 60) for w in range(50, 8000, 250)]:
        lost, rate = lost_and_rate(*other)
        assert lost > price or rate > best.low
