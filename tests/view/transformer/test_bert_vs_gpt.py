"""Two models a question, as bars."""

from gptlab.view.transformer import bert_vs_gpt
from tests.support.pictures import words_in


def test_pairs_picture():
    svg, alt = bert_vs_gpt.pairs_picture(
        {"late": {"GPT": 0.9, "BERT": 0.5}, "early": {"GPT": 0.0, "BERT": 1.0}}, "Shares"
    )
    assert {"GPT", "BERT", "90 %", "0 %", "100 %"} <= set(words_in(svg)) and alt.startswith(
        "Shares. late: GPT 90 %"
    )
