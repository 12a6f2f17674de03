"""Widgets in a lesson's page: the same numbers as in Python, without kernel or network."""

import re

import nbformat
import numpy as np
import pytest

pytest.importorskip("playwright")
from browser import browser_page, chromium

from facescreen.faces import portraits
from facescreen.language import ENGLISH, Language
from facescreen.lessons.live import LIVE, WORDS, live_html, script_html
from facescreen.lessons.pages import WIDGET_VIEW, lesson_html
from facescreen.lessons.run import cleaned
from facescreen.widgets import live
from facescreen.widgets.debate_paper import paper_rows
from facescreen.widgets.histogram_explorer import HistogramExplorer, histogram_explorer
from facescreen.widgets.threshold_debate import ThresholdDebate, threshold_debate

needs_browser = pytest.mark.skipif(not chromium(), reason="no Chromium on this machine")

HOSTILE = "</script><script>document.title='hurt'</script><b>&amp;"


@pytest.fixture(scope="module")
def faces():
    """Clean ones, ones with a full patch of red, ones with a white strip; what each is labeled."""
    images = portraits(24, size=64, seed=3)
    images[:8, 20:30, 20:29] = (255, 0, 0)
    images[8:12, :, :12] = 255
    labels = np.array(["broken_saturated"] * 6 + ["valid"] * 16 + ["unsure"] * 2)
    return images, labels


def page_of(folder, *widgets, language=ENGLISH):
    """The page, in a language, of a notebook in which each widget is shown by a cell."""
    cells = []
    for widget in widgets:
        output = nbformat.v4.new_output("display_data", widget._repr_mimebundle_())
        cells.append(nbformat.v4.new_code_cell("show", outputs=[output]))
    # As from its file, which has a bundle's entries in the order of the alphabet.
    notebook = nbformat.reads(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), as_version=4)
    lesson, page = folder / "01_small.ipynb", folder / "01_small.html"
    html = lesson_html(notebook, "Small", lesson, page, {}, language)
    page.write_text(html, encoding="utf-8")
    return page


@pytest.fixture
def opened(tmp_path):
    """Opens a page from disk in a browser that is offline; script errors fail the test."""
    errors, entered = [], []

    def open_(path):
        context = browser_page(tmp_path / "shots")
        page = context.__enter__()
        entered.append(context)
        page.context.set_offline(True)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in entered:
        context.__exit__(None, None, None)
    assert not errors


def numbers(text: str) -> list[int]:
    return [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", text)]


@needs_browser
def test_the_explorer_in_a_page_counts_as_the_widget_does(tmp_path, opened, faces):
    images = faces[0][[0, 9, 23]]
    page = opened(page_of(tmp_path, histogram_explorer(images, ["patch", "wall", HOSTILE])))
    model = HistogramExplorer(images, ["patch", "wall", HOSTILE])
    part = page.locator(".live")
    value = part.get_by_role("spinbutton", name="Value, typed")
    for index, at in ((0, 255), (1, 255), (2, 90)):
        part.get_by_role("combobox", name="Image").select_option(index=index)
        value.fill(str(at))
        value.press("Enter")
        model.index, model.value = index, at
        row = part.get_by_role("row", name=f"pixels at value {at}").inner_text()
        assert numbers(row)[1:] == [*model.counts.tolist(), model.difference]
        for rule, words in model.verdicts.items():
            plain = words.replace("**", "")  # Markdown's mark of bold
            assert part.get_by_text(f"{rule}: {plain}", exact=True).is_visible()
    assert part.locator("option").nth(2).inner_text() == model.name, "names are text, not markup"
    assert page.title() == "Small"
    part.get_by_role("button", name="Next ▶").click()  # after the last comes the first
    assert part.get_by_role("combobox", name="Image").input_value() == "0"


@needs_browser
def test_the_debate_in_a_page_counts_as_the_widget_does(tmp_path, opened, faces):
    images, labels = faces
    page = opened(page_of(tmp_path, threshold_debate(images, labels)))
    model, part = ThresholdDebate(images, labels), page.locator(".live")
    names = {
        "threshold": "Single color: threshold",
        "color_threshold": "Multi color: color threshold",
        "sum_threshold": "Multi color: sum threshold",
    }
    for settings in ((40, 40, 1000), (20, 91, 700), (91, 0, 5000), (1, 5, 2303)):
        chosen = dict(zip(names, settings, strict=True))
        for name, at in chosen.items():
            box = part.get_by_role("spinbutton", name=f"{names[name]}, typed")
            box.fill(str(at))
            box.press("Enter")
        stand = model.at(**chosen)
        for place, of in enumerate((stand.single, stand.multi)):
            table = part.locator(".live-tables table").nth(place)
            cells = [numbers(cell)[0] for cell in table.locator("td").all_inner_texts()]
            assert cells == [of.caught, of.lost, of.missed, of.kept], (settings, place)
        lost = stand.single.valid_lost
        said = f"{lost.value:.1%} ({lost.low:.1%} to {lost.high:.1%}; {lost.count} of {lost.total})"
        assert said in part.inner_text()
    part.get_by_role("button", name="Back to the paper's thresholds").click()
    assert part.get_by_role("spinbutton", name=f"{names['threshold']}, typed").input_value() == "40"
    part.get_by_text("Compare with the paper").click()
    rows = paper_rows(model)
    assert len(rows) == 5 and part.locator("details tr").count() == 5
    for row, cells in enumerate(rows):
        shown = part.locator("details tr").nth(row).locator("th, td").all_inner_texts()
        assert shown == [re.sub("</?b>", "", cell) for cell in cells]
    # A slider moves by the keyboard, along the same stops as the widget's.
    part.get_by_role("slider", name=names["threshold"]).press("ArrowRight")
    after = next(stop for stop in model.stops("threshold") if stop > 40)
    box = part.get_by_role("spinbutton", name=f"{names['threshold']}, typed")
    assert box.input_value() == str(after)


@needs_browser
def test_the_widgets_of_a_korean_page_show_no_english_word(tmp_path, opened, faces):
    images, labels = faces
    explorer = histogram_explorer(images[[0, 9, 23]], ["red patch", "a warm lamp", "face 5"])
    page = opened(
        page_of(tmp_path, explorer, threshold_debate(images, labels), language=Language("ko"))
    )
    parts = page.locator(".live")
    page.get_by_text("논문과 비교").click()
    for named in ("영상", "값 입력", "단일 색상: 임곗값", "복합 색상: 합계 임곗값 입력"):
        assert parts.get_by_label(named, exact=True).count() == 1, named
    seen = parts.all_inner_texts() + parts.evaluate_all(
        "all => all.flatMap((part) => [...part.querySelectorAll('[aria-label], [alt]')])"
        ".map((one) => one.ariaLabel ?? one.alt)"
    )
    assert re.search("[가-힣]", seen[0]) and not re.findall("[A-Za-z]{2,}", " ".join(seen))


def test_the_script_says_the_words_that_are_translated_and_no_others():
    script = script_html()
    said = set(re.findall(r'"((?:[^"\\]|\\.)*)"', script))
    assert [word for word in WORDS[1:] if word not in said] == []
    asked = set(re.findall(r'\bsay\("([^"]*)"', script))
    assert len(asked) > 20 and asked <= set(WORDS)


def test_nothing_in_a_translation_ends_its_element():
    class Hostile(Language):
        """A catalog that somebody else wrote."""

        def say(self, text):
            return HOSTILE

    hostile = Hostile("ko")
    made = script_html(hostile) + live_html({"kind": "threshold_debate", "name": "a"}, hostile)
    assert made.count("</script>") == 3 and "<b>" not in made


def test_a_stored_lesson_holds_no_numbers_of_its_widgets(faces):
    widget = histogram_explorer(faces[0][:2])
    bundle = widget._repr_mimebundle_()
    assert WIDGET_VIEW in bundle and bundle[LIVE]["kind"] == "histogram_explorer"
    output = nbformat.v4.new_output("display_data", bundle)
    cell = nbformat.v4.new_code_cell("show", outputs=[output])
    stored = cleaned(nbformat.v4.new_notebook(cells=[cell]))
    assert LIVE not in nbformat.writes(stored)


def test_nothing_in_a_bundle_ends_its_element():
    made = live_html({"kind": "histogram_explorer", "name": HOSTILE})
    assert made.count("</script>") == 1 and "<b>" not in made


def test_both_rooms_mean_the_same_bundle():
    assert live.LIVE == LIVE
