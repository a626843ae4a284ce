"""What the lessons show: style, bars, and the bundle that a notebook gets."""

import base64
import logging
import math
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET

import ipywidgets
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptlab.view.kit import bars, show, style, svg
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK, PANEL
from tests.support.paths import ROOT
from tests.support.pictures import NS


def drawn():
    """A figure with Chinese in every place where text can stand."""
    figure, axes = style.figure()
    axes.plot([1, 2, 3], [4.0, 2.0, 1.0], label="模型")
    axes.plot([1, 2, 3], [4.0, 2.5, 1.05], label="SFT")
    axes.axhline(0.5, **style.FLOOR)
    axes.set_title("损失 Loss")
    axes.set_xlabel("步 steps")
    style.direct_labels(axes)
    return figure


@pytest.mark.parametrize(("piece", "shown"), [
    (b" the", "␣the"), ("a b", "a␣b"), (b"\n\n", "⏎⏎"), ("\t", "⇥"), ("　", "␣"), ("玉山".encode(), "玉山"),
    ("玉".encode()[:2], "‹e7 8e›"), ("玉".encode()[2:] + "山".encode(), "‹89›山"), (b"a\xff\xfeb", "a‹ff fe›b"),
    (b"<|end|>", "⟨end⟩"), (b"<||>", "<||>"), (b"\x00", "‹00›"), (b"", ""), ("é", "é"),
])  # fmt: skip
def test_visible(piece, shown):
    assert bars.visible(piece) == shown


@given(st.binary(max_size=12))
def test_nothing_in_a_token_is_invisible(piece):
    shown = bars.visible(piece)
    assert shown.isprintable() and not set(re.sub("‹[0-9a-f ]+›", "", shown)) & set(" \n\t\u3000")
    assert bool(shown) == bool(piece)


def test_bars_are_as_long_as_their_probabilities():
    picture = ET.fromstring(
        bars.bars(
            ["␣a", "<b>&", "山"], [0.4, 0.2, 0.1], title="next?", marked=1, rest=0.3, numbered=True
        )
    )
    boxes = [float(r.get("width")) for r in picture.iter(f"{NS}rect")][1:]  # the first is the panel
    assert boxes == pytest.approx(
        [boxes[0], boxes[0] / 2, boxes[0] / 4, boxes[0] * 3 / 4], rel=1e-3
    )
    texts = [t.text for t in picture.iter(f"{NS}text")]
    assert texts[0] == "next?" and {
        "␣a",
        "<b>&",
        "山",
        "40 %",
        "20 % ◀",
        "all others",
        "30 %",
        "1",
        "2",
        "3",
    } <= set(texts)
    fills = [r.get("fill") for r in picture.iter(f"{NS}rect")]
    assert fills[2] == COLOURS["you"] and fills[1] == COLOURS["neutral"]
    assert (
        picture.get("aria-label")
        == picture.find(f"{NS}title").text
        == "next?: ␣a 40 %, <b>& 20 %, 山 10 %"
    )


def test_bars_stay_on_their_panel():
    long = "donaudampfschifffahrtsgesellschaft" * 3
    for values in ([1.0, 0.0], [0.999999, 1e-12]):
        picture = ET.fromstring(bars.bars([long, "b"], values, marked=0))
        right = max(
            float(r.get("x")) + float(r.get("width")) for r in list(picture.iter(f"{NS}rect"))[1:]
        )
        assert right + 60 < float(picture.get("width"))
        assert all(svg.text_width(t.text) < 200 for t in picture.iter(f"{NS}text"))


def test_bars_refuse_what_does_not_fit_together():
    with pytest.raises(ValueError, match="3 labels but 2 values"):
        bars.bars(["a", "b", "c"], [0.5, 0.5])


def test_captioned_bars():
    picture = ET.fromstring(
        bars.captioned_bars([("answer", 0.5, "yes " * 60 + "the end"), ("other", 0.0, "")], "so …")
    )
    told = next(t.text for t in picture.iter(f"{NS}text") if " … " in (t.text or ""))
    assert (
        told.startswith("yes yes") and told.endswith("the end") and svg.text_width(told, 14) < 400
    )
    assert picture.get("aria-label").startswith("so …: answer 50 %: yes")


@given(st.text(max_size=80), st.integers(40, 400))
def test_shortened_text_fits(content, width):
    for cut in (svg.shorten, svg.shorten_left, svg.shorten_middle):
        short = cut(content, width)
        assert svg.text_width(short) <= width + 15 * 3  # room for " … "
        assert short == content or "…" in short


def test_chinese_is_wider():
    assert svg.text_width("山", 20) == 20 > svg.text_width("m", 20)
    assert svg.shorten("台湾最高的山", 60, 15) == "台湾最…"[: 60 // 15 - 1] + "…"


def test_a_figure_keeps_its_text_and_its_bytes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no word about missing glyphs
        first, second = style.to_svg(drawn(), "a & b"), style.to_svg(drawn(), "a & b")
    assert first == second
    picture = ET.fromstring(first)
    texts = {t.text for t in picture.iter(f"{NS}text")}
    assert {"损失 Loss", "步 steps", "模型", "SFT"} <= texts
    assert picture.get("aria-label") == "a & b" == picture.find(f"{NS}title").text
    assert "Noto Sans CJK SC" in first and "PingFang SC" in first and "Microsoft YaHei" in first
    assert not re.search(r"20\d\d-\d\d-\d\d|matplotlib\.org|dc:date", first)


def test_no_word_about_fonts(caplog):
    with caplog.at_level(logging.WARNING):
        style.to_svg(drawn())
    assert not caplog.records


def test_direct_labels_stand_apart_and_in_order():
    _, axes = style.figure()
    for i, name in enumerate(["low", "middle", "high"]):
        axes.plot([1, 10], [100, 1 + i * 1e-3], label=name)
    axes.plot([1, 10], [50, 50], label="_hidden")
    axes.set_yscale("log")
    style.direct_labels(axes)
    offsets = {t.get_text(): t.xyann[1] for t in axes.texts}
    assert list(offsets) == ["low", "middle", "high"]
    assert (
        offsets["middle"] - offsets["low"] >= 14.9 and offsets["high"] - offsets["middle"] >= 14.9
    )


def channel(hexadecimal):
    value = int(hexadecimal, 16) / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour):
    return (
        0.2126 * channel(colour[1:3])
        + 0.7152 * channel(colour[3:5])
        + 0.0722 * channel(colour[5:7])
    )


def contrast(a, b):
    """WCAG 2.1, relative luminance."""
    dark, light = sorted(map(luminance, (a, b)))
    return (light + 0.05) / (dark + 0.05)


def test_colours_can_be_seen_and_texts_read():
    assert all(contrast(colour, PANEL) >= 3 for colour in [*COLOURS.values()])
    assert contrast(INK, PANEL) > 12 and contrast(FAINT, PANEL) > 4.5
    assert (
        contrast(COLOURS["ppo_ptx"], "#ffffff") > 4.5 and contrast(COLOURS["base"], "#ffffff") > 4.5
    )
    assert len(set(COLOURS.values())) == len(COLOURS) and len(set(CYCLE)) == len(CYCLE)


def test_a_bundle_has_every_face():
    picture, alt = bars.bars(["山"], [1.0]), 'a "b" <c>'
    bundle = show.bundle(picture, alt)
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert bundle["text/plain"] == alt and bundle["image/svg+xml"] == picture
    image = ET.fromstring(bundle["text/html"].replace(">", "/>"))
    assert image.get("alt") == alt and "max-width:100%" in image.get("style")
    assert (
        base64.b64decode(image.get("src").removeprefix("data:image/svg+xml;base64,")).decode()
        == picture
    )


def test_a_widget_goes_into_the_same_bundle():
    slider = ipywidgets.IntSlider()
    bundle = show.bundle(bars.bars(["a"], [1.0]), "one", widget=slider)
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == slider.model_id
    assert (
        bundle["text/plain"] == "one"
        and next(iter(bundle)) == "application/vnd.jupyter.widget-view+json"
    )


def test_a_figure_goes_into_a_bundle():
    assert show.bundle(drawn(), "loss")["image/svg+xml"] == style.to_svg(drawn(), "loss")


@pytest.mark.parametrize(
    ("picture", "alt", "reason"),
    [
        ("<svg/>", " ", "alt is empty"),
        ("plot", "a plot", "begins with <svg"),
        (3, "a plot", "begins with <svg"),
    ],
)
def test_a_bundle_refuses(picture, alt, reason):
    with pytest.raises(ValueError, match=reason):
        show.bundle(picture, alt)


def test_show_says_the_description_where_no_notebook_is(capsys):
    show.show(bars.bars(["a"], [1.0]), "one bar")
    assert capsys.readouterr().out == "one bar\n"


def test_show_displays_one_bundle_in_a_notebook():
    code = (
        "from IPython.core.interactiveshell import InteractiveShell; s = InteractiveShell.instance()\n"
        "from IPython.utils.capture import capture_output\n"
        "from gptlab.view.kit import bars, show\n"
        "with capture_output() as c: show.show(bars.bars(['a'], [1.0]), 'one bar')\n"
        "print(len(c.outputs), sorted(c.outputs[0].data))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "1 ['image/svg+xml', 'text/html', 'text/plain']", done.stderr


def test_top_tokens():
    import torch

    from gptlab.engine.model.tokenizer import Tokenizer

    tokenizer = Tokenizer([(32, 97)])  # 256 is " a"
    p = torch.zeros(tokenizer.vocab_size)
    p[256], p[10], p[tokenizer.special["end"]] = 0.5, 0.3, 0.2
    found = bars.top_tokens(p, tokenizer, 3)
    assert [(i, label) for i, label, _ in found] == [
        (256, "␣a"),
        (10, "⏎"),
        (tokenizer.special["end"], "⟨end⟩"),
    ]
    assert [q for *_, q in found] == pytest.approx([0.5, 0.3, 0.2]) and math.isclose(
        sum(q for *_, q in found), 1, rel_tol=1e-6
    )
    assert len(bars.top_tokens(p, tokenizer, 10**6)) == tokenizer.vocab_size
