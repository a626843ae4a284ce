"""Wrong bodies of gptlab/bpe.py, right almost everywhere: its checks must reject each."""

import unicodedata
from collections import Counter

import regex

from gptlab.blanks.registry import reference
from gptlab.bpe import GPT2_PATTERN
from tests.support.wrong_ways import wrong


@wrong("bpe.pair_counts")
def small_ids_only(ids):
    return dict(Counter(zip(bytes(min(i, 255) for i in ids), ids[1:])))


@wrong("bpe.train_bpe")
def ties_by_how_often_the_tokens_come(text, vocab_size, pattern=GPT2_PATTERN):
    pieces, merges = [list(p.encode()) for p in regex.findall(pattern, text)], []
    while 256 + len(merges) < vocab_size:
        counts = Counter(pair for p in pieces for pair in zip(p, p[1:]))
        best = min(counts, key=lambda pair: (-counts[pair], sum(pair)), default=None)
        if best is None or counts[best] < 2:
            break
        pieces = [reference("bpe.merge_pair")(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@wrong("bpe.train_bpe")
def pairs_counted_without_overlap(text, vocab_size, pattern=GPT2_PATTERN):
    def places(piece, pair):
        merged = reference("bpe.merge_pair")(piece, pair, -1)
        return merged.count(-1)

    pieces, merges = [list(p.encode()) for p in regex.findall(pattern, text)], []
    while 256 + len(merges) < vocab_size:
        pairs = {pair for p in pieces for pair in zip(p, p[1:])}
        counts = {pair: sum(places(p, pair) for p in pieces) for pair in pairs}
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        pieces = [reference("bpe.merge_pair")(p, best, 256 + len(merges)) for p in pieces]
        merges.append(best)
    return merges


@wrong("bpe.train_bpe")
def only_the_first_hundred_letters(text, vocab_size, pattern=GPT2_PATTERN):
    return reference("bpe.train_bpe")(text[:100], vocab_size, pattern)


@wrong("bpe.encode")
def words_between_spaces(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(text, merges, r" ?\S+|\s+")


@wrong("bpe.encode")
def without_white_space_at_the_ends(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(text.strip(), merges, pattern)


@wrong("bpe.encode")
def accents_composed(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(unicodedata.normalize("NFC", text), merges, pattern)


@wrong("bpe.train_bpe")
def trained_on_small_letters(text, vocab_size, pattern=GPT2_PATTERN):
    return reference("bpe.train_bpe")(text.lower(), vocab_size, pattern)


@wrong("bpe.encode")
def small_letters_only(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(text.lower(), merges, pattern)


@wrong("bpe.encode")
def each_merge_in_its_turn_but_once(text, merges, pattern=GPT2_PATTERN):
    ids = []
    for piece in regex.findall(pattern, text):
        part = list(piece.encode())
        for i, pair in enumerate(merges):
            for t in range(len(part) - 1, 0, -1):  # from the right
                if tuple(part[t - 1 : t + 1]) == tuple(pair):
                    part[t - 1 : t + 1] = [256 + i]
        ids += part
    return ids


@wrong("bpe.decode")
def one_mark_for_a_run_of_bad_bytes(ids, merges):
    return regex.sub("\ufffd+", "\ufffd", reference("bpe.decode")(ids, merges)).replace("\0", "")


@wrong("bpe.merge_pair")
def by_text(ids, pair, new_id):
    text = " ".join(map(str, ids)).replace(f"{pair[0]} {pair[1]}", str(new_id))
    return [int(word) for word in text.split()]


@wrong("bpe.merge_pair")
def the_given_list_itself(ids, pair, new_id):
    merged = reference("bpe.merge_pair")(ids, pair, new_id)
    return ids if merged == ids else merged


@wrong("bpe.encode")
def without_a_byte_order_mark(text, merges, pattern=GPT2_PATTERN):
    return reference("bpe.encode")(text.removeprefix("\ufeff"), merges, pattern)
