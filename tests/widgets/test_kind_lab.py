"""Laws of the lab of kinds: it shows what signs and networks say of the damage that was planted."""

import numpy as np
import pytest
from widget_parts import controls, pane

from facescreen.faces import portraits
from facescreen.kinds import COUNTED, PLANTED, measure_kinds
from facescreen.kinds.network import load_kinds
from facescreen.kinds.planting import planted_once
from facescreen.kinds.tables import kinds_tables
from facescreen.widgets import KindLab, kind_lab
from facescreen.widgets.kind_lab import AREAS, SEEDS

pytestmark = pytest.mark.usefixtures("one_thread")
FACES = portraits(2, 64, 4)


def test_the_lab_says_what_signs_and_networks_say():
    view = kind_lab(FACES, seed=3)
    found = controls(view)
    for face, kind, strength, area in ((0, "blob", 1.0, 0.2), (1, "blur", 0.8, 1.0)):
        settings = {"Face": face, "Kind": kind, "Strength": strength, "Area": area}
        for name, value in settings.items():
            found[name].value = value
        image = planted_once(FACES[face], kind, strength, area, 3).image
        limits = kinds_tables("limits")["limit"].reindex(PLANTED).to_numpy()
        signs = measure_kinds(image[np.newaxis])[0] / limits
        beyond = [k.replace("_", " ") for k, x in zip(PLANTED, signs, strict=True) if x > 1]
        _, alt, text = pane(view)
        assert f"**{', '.join(beyond) or 'none'}**" in text and COUNTED[kind] in text
        assert f"Beyond the limit: {', '.join(beyond) or 'none'}." in alt
        for teacher in ("portraits", "real"):
            judge = load_kinds(teacher)
            said = judge(image[None])[0]
            first = f"{judge.kinds[int(said.argmax())].replace('_', ' ')} {said.max():.0%}"
            assert f"**{first}" in text


def test_strength_0_changes_nothing():
    model = KindLab(FACES, kind="noise", strength=0.0)
    np.testing.assert_array_equal(model.damaged.image, FACES[0])
    np.testing.assert_array_equal(model.signs(model.damaged.image), model.clean_signs)


def test_the_lab_offers_every_planted_kind():
    found = controls(kind_lab(FACES))
    assert [value for _, value in found["Kind"].options] == list(PLANTED)
    ends = {name: (found[name].min, found[name].max) for name in ("Face", "Area", "Seed")}
    assert ends == {"Face": (0, 1), "Area": AREAS, "Seed": SEEDS}
    found["Seed"].value = SEEDS[1]  # nothing is raised
    with pytest.raises(ValueError, match="no face"):
        KindLab(FACES[:0])
