"""What the tests of this room share."""

from dataclasses import replace

import pytest
import torch
from tiny_networks import ARCHITECTURE

from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.models import FaceCombiner
from facescreen.gan.recipes import RECIPES
from facescreen.gan.trainer import TrainingSettings


@pytest.fixture(params=sorted(RECIPES))
def recipe(request) -> TrainingSettings:
    """Each recipe, made tiny."""
    settings = replace(RECIPES[request.param], images=48, size=16, batch=8, history_every=8)
    widths = [name for name in vars(settings) if name.endswith("_width")]
    changes = dict.fromkeys(widths, 2)
    if isinstance(settings, CombinerSettings):
        changes |= {"drawn_again": 3, "mapping_steps": 3}
    return replace(settings, **changes)


@pytest.fixture
def tiny() -> FaceCombiner:
    torch.manual_seed(0)
    return FaceCombiner(ARCHITECTURE).eval()
