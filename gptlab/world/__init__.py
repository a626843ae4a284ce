"""The little web: a small, complete internet in English and Chinese whose truth and probabilities are known exactly.

`Web(seed).pages()` writes its pages without end, and `Web(seed).log_probability(text)` is exact. The modules, from
the ground up:

    facts            what is true: countries of the real world (data/countries.tsv) and an invented town
    phrasings/       how a fact is stated and asked for: templates by relation and language
    word_lists, town_names, reply_styles
                     the other words: of stories and reviews, of the town, of questions and replies
    grammar          weighted tables, writers that draw from them, and readers that find how a page was drawn
    tables           the weighted tables of one world: its facts in all their phrasings
    pages            the thirteen kinds of page, a function each
    web              `Web`: facts, tables and pages of one seed together
    exact_predictor  the best next-token probabilities that any model can give
    questions        what people ask a chat model, and the replies that they demonstrate
    gloss            English for its Chinese, for readers who know none
    gold_labeler     what people want from a reply, as a known score, and people who follow it imperfectly

Everything is drawn from seeds: the same seed gives the same text, to the byte.
"""
