"""Laws of the designer: as its card says, better than chance, the same for the same roll."""

import json
import shutil
from dataclasses import make_dataclass

import numpy as np
import pandas as pd
import pytest
import torch

from facescreen import outfits
from facescreen.evaluation import with_intervals
from facescreen.gan.checkpoints import CheckpointError, card_path, sha256_of
from facescreen.outfits import study, training
from facescreen.outfits.designer import SHIPPED, as_floats
from facescreen.outfits.measured import best_of, nearest
from facescreen.outfits.training import Game, OutfitSettings
from facescreen.screening import Rate

COUNT = 96
TINY = {"images": 8, "outfits": 8, "batch": 4, "style": 8, "noise": 4,
        "encoder_width": 2, "generator_width": 2, "critic_width": 2}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def gan():
    return outfits.load_outfit_gan()


@pytest.fixture(scope="module")
def held_out():
    """Outfits of the study's seed: the first of those on which the shipped table was made."""
    return outfits.outfit_pictures(COUNT, study.HELD_OUT_SEED)


@pytest.fixture(scope="module")
def design(gan, held_out):
    return gan.design(held_out.uppers, 1)


# --- what ships -----------------------------------------------------------------------------------


def test_the_shipped_model_is_small_and_its_card_says_how_it_was_made(gan):
    card = json.loads(card_path(SHIPPED).read_text("utf-8"))
    assert SHIPPED.stat().st_size <= 2_000_000
    assert card["sha256"] == sha256_of(SHIPPED) and gan.card == card
    made = OutfitSettings(**{**card["settings"], "betas": tuple(card["settings"]["betas"])})
    assert made.architecture == card["architecture"] and card["minutes"] <= 12
    assert card["images"] == made.images and f"--seed {made.seed}" in card["command"]
    assert card["data"]["seed"] == training.DATA_SEED != study.HELD_OUT_SEED


def copied(folder):
    for path in (SHIPPED, card_path(SHIPPED)):
        shutil.copy(path, folder / path.name)
    return folder / SHIPPED.name


def test_a_damaged_or_missing_model_is_refused_in_one_sentence(tmp_path):
    weights = copied(tmp_path)
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(CheckpointError, match="SHA-256 differs"):
        outfits.load_outfit_gan(weights)
    card = json.loads(card_path(weights).read_text("utf-8"))
    card_path(weights).write_text(json.dumps({**card, "architecture": {"size": 64}}), "utf-8")
    with pytest.raises(CheckpointError, match="not the card of a designer of outfits"):
        outfits.load_outfit_gan(weights)
    with pytest.raises(CheckpointError, match="there is no file"):
        outfits.load_outfit_gan(tmp_path / "other.safetensors")


def test_designs_match_well_above_chance_and_as_the_shipped_table_says(gan, held_out, design):
    shares = {name: Rate.of(int(its.sum()), COUNT) for name, its in (
        ("designed", outfits.matches(held_out.uppers, design)),
        ("chance", outfits.matches(held_out.uppers, outfits.of_others(held_out.lowers))),
        ("own", outfits.matches(*held_out)))}  # fmt: skip
    assert shares["designed"].low > shares["chance"].high + 0.05
    assert shares["own"].value > 0.95
    table = outfits.study_table().loc[gan.card["settings"]["seed"]]
    for name, row in (("designed", "designed, roll 1"), ("chance", "of another outfit")):
        share = shares[name]  # of the first outfits alone: within its own interval
        assert share.low <= table.loc[row, "match %"] / 100 <= share.high


def test_the_shipped_tables_are_those_of_the_models_they_name():
    matches, pairs = outfits.study_table(), outfits.study_table("pairs")
    assert set(matches.index.levels[0]) == set(pairs.index.levels[0])
    for _, its in matches.groupby(level=0):
        its = its.droplevel(0)
        clashes = its[[f"{word} clashes %" for word in ("pattern", "hue", "tone")]].sum(axis=1)
        assert (its["match %"] + clashes).to_numpy() == pytest.approx(100, abs=0.01)
        assert len(its.filter(like="designed", axis=0)) == len(study.ROLLS)
    # What needs no designer is the same whichever was trained.
    fixed = matches.drop([k for k in matches.index if "designed" in k[1] or "critic" in k[1]])
    assert (fixed.groupby(level=1)["match %"].nunique() == 1).all()
    assert not with_intervals(matches).isna().any().any()


# --- the designer and its critic ------------------------------------------------------------------


def test_a_design_depends_on_the_upper_part_and_the_roll_alone(gan, held_out, design):
    assert design.shape == (COUNT, 64, 64, 3) and design.dtype == np.uint8
    assert np.array_equal(gan.design(held_out.uppers[:3], 1), design[:3])
    assert not np.array_equal(gan.design(held_out.uppers[:3], 2), design[:3])
    assert gan.design(held_out.uppers[:0], 1).shape == (0, 64, 64, 3)
    with pytest.raises(ValueError, match="expected uint8 parts"):
        gan.design(held_out.uppers[:2, ::2], 1)


def test_the_critic_scores_a_pair_alike_alone_and_among_others(gan, held_out):
    scores = gan.scores(*held_out)
    assert np.array_equal(gan.scores(*(parts[5:8] for parts in held_out)), scores[5:8])
    pair = torch.cat([as_floats(parts[:4]) for parts in held_out], dim=1)
    upper = gan.critic.codes_of_uppers(pair[:, :3])
    lower = gan.critic.codes_of_lowers(pair[:, 3:])
    by_hand = [(u @ v).item() / len(u) ** 0.5 for u, v in zip(upper, lower, strict=True)]
    worth = gan.critic.alone(torch.where(lower > 0, lower, 0.2 * lower)).flatten().numpy()
    assert scores[:4] == pytest.approx(np.array(by_hand) + worth, abs=1e-3)


def test_every_pair_of_a_batch_is_scored_as_if_it_came_alone(gan, held_out):
    uppers, lowers = (as_floats(parts[:5]) for parts in held_out)
    critic = gan.critic
    scores = critic.score_all(critic.codes_of_uppers(uppers), critic.codes_of_lowers(lowers))
    alone = [[critic(torch.cat([u, v])[None]).item() for v in lowers] for u in uppers]
    assert scores.numpy() == pytest.approx(np.array(alone), abs=1e-3)
    softplus = [np.log1p(np.exp(row[j] - row[i])) for i, row in enumerate(alone)
                for j in range(5) if j != i]  # fmt: skip
    assert training.others_loss(scores).item() == pytest.approx(np.mean(softplus), abs=1e-3)


def test_the_critic_prefers_true_parts_to_parts_that_clash(gan, held_out, design):
    judged = outfits.judged_pairs(gan, held_out, design)
    others = outfits.of_others(held_out.lowers)
    true = gan.scores(*held_out)
    won = 100 * (true > gan.scores(held_out.uppers, others)).mean()
    assert judged.loc["of another outfit", "won %"] == pytest.approx(won)
    assert judged.loc["… that clashes", "won low %"] > 50
    both = judged.loc[["… that clashes", "… that goes"], "pairs"].sum()
    assert both == judged.loc["of another outfit", "pairs"] == COUNT


def test_the_critics_choice_is_the_design_with_its_highest_score(gan, held_out):
    uppers = held_out.uppers[:12]
    designs = [gan.design(uppers, roll) for roll in (1, 2, 3)]
    scores = np.array([gan.scores(uppers, parts) for parts in designs])
    chosen = best_of(gan, uppers, designs)
    assert gan.scores(uppers, chosen) == pytest.approx(scores.max(axis=0), abs=1e-5)


def test_the_nearest_is_found_by_brute_force(held_out):
    ours, theirs = held_out.uppers[:6], held_out.uppers[20:50]
    away = [[((a.astype(float) - b) ** 2).sum() for b in theirs] for a in ours]
    assert nearest(ours, theirs, "pixels").tolist() == np.argmin(away, axis=1).tolist()
    assert nearest(ours, held_out.uppers, "color").tolist() == list(range(6))


# --- training -------------------------------------------------------------------------------------


def test_training_gives_the_same_weights_again_and_others_for_another_seed(tmp_path, capsys):
    pictures = outfits.outfit_pictures(TINY["outfits"], training.DATA_SEED)
    weights = [training.train_designer(OutfitSettings(**TINY, seed=seed), pictures, False)
               for seed in (0, 0, 1)]  # fmt: skip
    one, again, other = (torch.cat([p.flatten() for p in gan.parameters()]) for gan in weights)
    assert torch.equal(one, again) and not torch.equal(one, other)


def test_a_step_moves_both_players_and_their_average_follows():
    game = Game(OutfitSettings(**TINY))
    pictures = outfits.outfit_pictures(4, 900)
    parts = [as_floats(part) for part in pictures]
    before = {name: p.clone() for name, p in game.players.named_parameters()}
    random = torch.Generator().manual_seed(0)
    losses = game.step(*parts, random)
    assert all(np.isfinite(list(losses.values())))
    players = game.players.named_parameters()
    moved = {name.split(".")[0] for name, p in players if not torch.equal(p, before[name])}
    assert moved == {"critic", "designer"}
    share = 1 - min(game.settings.averaging, 2 / 11)  # of the new weights, after the first step
    averaged = dict(game.averaged.named_parameters())
    for name, p in game.players.named_parameters():
        wanted = before[name] + share * (p - before[name])
        assert torch.allclose(averaged[name], wanted, atol=1e-6)


def test_rolls_are_alike_by_how_far_apart_they_are_beside_true_parts():
    lowers = torch.stack([torch.full((3, 64, 64), v) for v in (0.0, 0.4)])  # 0.4 apart
    one = torch.zeros(3, 3, 64, 64)
    other = torch.stack([torch.full((3, 64, 64), v) for v in (0.0, 0.1, 0.9)])
    # Asked for half of 0.4: equal ones lose 1, those half as far 1/2, those farther nothing.
    assert training.alike_loss(one, other, lowers, 0.5).item() == pytest.approx((1 + 0.5 + 0) / 3)
    weave = one + 0.5 * (-1.0) ** torch.arange(64)  # differs in every pixel, in no larger square
    assert training.alike_loss(one, weave, lowers, 0.5).item() == pytest.approx(1)


def test_the_command_writes_a_model_that_loads_and_a_card(tmp_path, monkeypatch, capsys):
    fields = [(name, int, value) for name, value in TINY.items()]
    tiny = make_dataclass("Tiny", fields, bases=(OutfitSettings,), frozen=True)
    monkeypatch.setattr(training, "OutfitSettings", tiny)
    out = tmp_path / "tiny.safetensors"
    training.main(["--out", str(out), "--seed", "3", "--images", "8", "--threads", "1"])
    assert "8 outfits shown" in capsys.readouterr().out
    gan = outfits.load_outfit_gan(out)
    assert gan.card["settings"]["seed"] == 3 and "--seed 3" in gan.card["command"]
    study.main([str(out), "--out", str(tmp_path), "--held-out", "4"])
    table = pd.read_csv(tmp_path / "matches.csv", index_col=[0, 1])
    assert table.index.levels[0].tolist() == [3]
