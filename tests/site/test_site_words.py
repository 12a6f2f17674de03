"""The site's own words and rules: the same in both languages, and as the package judges."""

import json
import os
import re
import tomllib

import numpy as np
import pytest
from browser import browser_page, chromium
from packaging.requirements import Requirement

from facescreen.images import quantize
from facescreen.language import Language
from facescreen.lessons import find_lessons
from facescreen.lessons.edition import documents
from facescreen.screening import MultiColorRule, SingleColorRule


def flat(words, at=()):
    """Place -> text, of nested words."""
    pairs = words.items() if isinstance(words, dict) else enumerate(words)
    found = {}
    for key, value in pairs:
        found |= {(*at, key): value} if isinstance(value, str) else flat(value, (*at, key))
    return found


def test_both_languages_say_the_same_things(checkout):
    words = json.loads((checkout / "site/words.json").read_text(encoding="utf-8"))
    english, korean = flat(words["en"]), flat(words["ko"])
    assert english.keys() == korean.keys()
    for place, text in english.items():
        if place == ("english_only",):
            continue
        marks = re.compile(r"\{\d\}|\[[^\]]*\]\(|\d+|α")
        for mark in ("{0}", "{1}", "]("):
            assert text.count(mark) == korean[place].count(mark), place
        numbers = sorted(re.findall(r"\d{2,}", text))
        assert numbers == sorted(re.findall(r"\d{2,}", korean[place])), place
        assert marks.search(text) is None or korean[place]


def test_what_the_site_needs_has_a_reason_and_a_tested_version(checkout):
    text = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    lines = tomllib.loads(text)["project"]["optional-dependencies"]["site"]
    tested = (checkout / "constraints.txt").read_text(encoding="utf-8")
    for need in map(Requirement, lines):
        assert re.search(rf'(?m)^    "{need.name}[><=].*",\s+# \w+', text), need
        version = re.search(rf"(?mi)^{need.name}==(.+)$", tested)
        assert version and need.specifier.contains(version[1]), need


def test_documents_are_laid_out_in_korean_and_their_own_links_arrive(
    checkout, tmp_path, monkeypatch
):
    pytest.importorskip("docutils")
    monkeypatch.syspath_prepend(checkout / "site")
    from prepare import DOCUMENTS, Site

    files = documents(checkout)
    assert {file.name for file in files} <= {*DOCUMENTS}
    site = Site(tmp_path, Language("ko"), find_lessons(checkout / "notebooks"))
    for file in files:
        site.document(file.name)
        page = (tmp_path / "ko" / file.name).read_text(encoding="utf-8")
        assert len(re.findall("[가-힣]", page)) > 1000 and site.words["english_only"] not in page
        title = re.search(r"^# (.+)$", page, re.MULTILINE)[1]
        assert re.search("[가-힣]", title) or title == "facescreen"
        inside = {*re.findall(r"\]\(#([^()\s]+)\)", page)}
        assert inside <= {*re.findall(r'<a id="([^"]+)"></a>', page)}


def batch(random) -> np.ndarray:
    """Faces' worth of floats: plain, saturated, white, just at the thresholds, with ties."""
    images = random.uniform(-1.2, 1.1, (12, 64, 64, 3)).astype(np.float32)
    images[1, :10, :10, 0] = 1.0
    images[2, :30] = 0.98
    images[3] = 0.0
    images[3, 0, :40, 2] = 1.0  # the threshold itself
    images[4] = 0.0
    images[4, 0, :39, 2] = 1.0  # one less
    images[5] = -1.0
    images[5, :, 0] = (245 / 127.5) - 1
    images[5, :, 1] = (250 / 127.5) - 1  # as often: the higher value counts
    images[6, 0, 0, 0] = np.nan
    images[7] = np.round(images[7] * 127.5) / 127.5 + 1 / 255  # halves, to the even number
    return images


def test_the_page_rounds_counts_and_judges_as_the_package_does(checkout):
    if chromium() is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    floats = batch(np.random.default_rng(5))
    pixels, finite = quantize(floats)
    rules = {"single": SingleColorRule(40), "multi": MultiColorRule(40, 1000)}
    expected = {name: rule(pixels, finite=finite) for name, rule in rules.items()}
    with browser_page() as page:
        page.add_script_tag(path=checkout / "site/mixer/engine.js")
        for k, image in enumerate(floats):
            made = page.evaluate(
                "floats => { const made = facescreenMixer.quantized(floats.map(x => x ?? NaN));"
                "return [[...made.pixels], facescreenMixer.judge(made.pixels, made.finite)]; }",
                [None if np.isnan(x) else float(x) for x in image.ravel()],
            )
            assert np.array_equal(np.reshape(made[0], image.shape), pixels[k]), k
            for name, verdicts in expected.items():
                seen = made[1][name]
                assert seen["reason"] == verdicts.reason[k], (k, name)
                if finite[k]:
                    assert seen["value"] == verdicts.bin[k], (k, name)
                    assert seen["score"] == verdicts.score[k], (k, name)
                    assert seen["sum"] == verdicts.white_sum[k], (k, name)
    assert {"", "color", "white", "not finite"} <= set(expected["multi"].reason)
