"""Makes tests/golden/tokenizers.json: what Hugging Face's tokenisers make of texts, by the files they lie in.

Run: python tests/golden/make_tokenizers.py     (tokenizers 0.23.3, transformers 5.24.0)

A list of cases: `files` {name: content} of a folder, `open` (the vocabulary's file), `texts`, and `ids` of each with
[CLS] and [SEP]. A case with a tokenizer.json is what `tokenizers` makes of that file; one with a vocab.txt is what
transformers' BertTokenizer makes of the folder.
"""
import itertools
import json
import random
import tempfile
from pathlib import Path

from tokenizers import Tokenizer
from transformers import BertTokenizer

SEED, TEXTS = 3, 60
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PIECES = ["man", "##s", "sleep", "##ing", "Man", "é", "e", "É", "E", "i", "##i", "İ", "ı", "ς", "σ", "Σ", "##σ", "##ς",
          "ß", "中", "文", "##文", "\u0307", "##\u0307", "##\u0301", "e1", "<", ">", "##1", "1", "[", "]", "x", "##x", "X",
          "_", "-", "ent", "ENT", ".", "#", "##>", "é", "##é"]
VOCABULARY = {token: i for i, token in enumerate(dict.fromkeys(SPECIAL + PIECES))}
FRAGMENTS = ["man", "Man", "mans", "sleeping", "é", "É", "e\u0301", "İi", "ı", "ΣΑΣ", "σς", "ß", "中文", "x", "X", "xx",
             " ", " ", " ", "  ", "\t", "\n", "\u00a0", "\u3000", "\u2028", "\x00", "\x07", "\ufffd", "\u00ad", "\u200b",
             ".", "-", "_", "[MASK]", "[mask]", "[SEP]", "<e1>", "<E1>", "<e1>>", "<e>", "[ENT]", "[ent]", "éx", "ÉX",
             "new york", "New  York", "1", "#", "[UNK]"]


def token(content, id, **flags):
    entry = {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": False}
    return entry | flags


def added():
    """Every flag, alone and with others; tokens that begin alike; one that normalising changes."""
    first = len(VOCABULARY)
    return [token(name, VOCABULARY[name], special=True) for name in SPECIAL] + [
        token("[ENT]", first, normalized=True), token("éx", first + 1, normalized=True, single_word=True),
        token("İi", first + 2, normalized=True), token("new york", first + 3, single_word=True, lstrip=True, rstrip=True),
        token("<e1>", first + 4), token("<e1>>", first + 5, lstrip=True), token("<e>", first + 6, rstrip=True),
        token("sleep", VOCABULARY["sleep"], single_word=True)]


def tokenizer_json(normalizer=None, tokens=(), model=(), post="template"):
    flags = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    names = {"unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]"} | dict(model)
    ids = {name: VOCABULARY[name] for name in (names["cls"], names["sep"])}
    special = {name: {"id": name, "ids": [id], "tokens": [name]} for name, id in ids.items()}
    cls, sep = ({"SpecialToken": {"id": names[name], "type_id": 0}} for name in ("cls", "sep"))
    a, b = {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}
    processors = {
        "template": {"type": "TemplateProcessing", "single": [cls, a, sep],
                     "pair": [cls, a, sep, b, {"SpecialToken": {"id": names["sep"], "type_id": 1}}],
                     "special_tokens": special},
        "bert": {"type": "BertProcessing", "sep": [names["sep"], ids[names["sep"]]],
                 "cls": [names["cls"], ids[names["cls"]]]}}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": list(tokens),
        "normalizer": None if normalizer == "none" else {"type": "BertNormalizer"} | flags | (normalizer or {}),
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": processors[post], "decoder": None,
        "model": {"type": "WordPiece", "unk_token": names["unk"], "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": names.get("longest", 100), "vocab": VOCABULARY}}


def whole_tokenizers():
    tokens = added()
    special = tokens[:len(SPECIAL)]
    normalized = tokens[:len(SPECIAL) + 4]
    yield tokenizer_json(tokens=tokens)
    yield tokenizer_json({"lowercase": False}, tokens)
    for clean, ideographs, strip, lower in itertools.product([True, False], [True, False], [True, False], [True, False]):
        yield tokenizer_json({"clean_text": clean, "handle_chinese_chars": ideographs, "strip_accents": strip,
                              "lowercase": lower}, normalized)
    yield tokenizer_json("none", tokens)
    yield tokenizer_json(tokens=special, model={"longest": 3})
    own = {"unk": "x", "cls": "<", "sep": ">"}
    own_special = [token(name, VOCABULARY[name], special=True) for name in own.values()]
    yield tokenizer_json(tokens=special + own_special, post="bert", model=own)


def vocabulary_folders():
    n = len(VOCABULARY)
    entry = {"content": "<e1>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False, "special": False}
    lower, cased = {"do_lower_case": True}, {"do_lower_case": False}
    yield {"tokenizer_config.json": lower, "added_tokens.json": {"<e1>": n, "[ENT]": n + 1}}
    yield {"tokenizer_config.json": cased, "added_tokens.json": {"<E1>": n}}
    known = entry | {"content": "é", "normalized": True, "lstrip": False}
    yield {"tokenizer_config.json": lower | {"added_tokens_decoder": {str(n): entry, str(VOCABULARY["é"]): known}}}
    yield {"tokenizer_config.json": lower | {"strip_accents": False, "tokenize_chinese_chars": False}}
    yield {"tokenizer_config.json": lower, "special_tokens_map.json": {"additional_special_tokens": ["[ENT]", "x"]}}
    unknown = {"__type": "AddedToken", "content": "x", "normalized": True}
    yield {"tokenizer_config.json": lower | {"cls_token": "<", "unk_token": unknown}}


def encode(case):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in case["files"].items():
            text = content if isinstance(content, str) else json.dumps(content)
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")
        if case["open"] == "tokenizer.json":
            tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        else:
            tokenizer = BertTokenizer.from_pretrained(folder).backend_tokenizer
        return [tokenizer.encode(text).ids for text in case["texts"]]


def main():
    rng = random.Random(SEED)
    cases = [{"files": {"tokenizer.json": content}, "open": "tokenizer.json"} for content in whole_tokenizers()]
    vocabulary = "".join(f"{name}\n" for name in VOCABULARY)
    cases += [{"files": {"vocab.txt": vocabulary} | files, "open": "vocab.txt"} for files in vocabulary_folders()]
    for case in cases:
        case["texts"] = ["".join(rng.choices(FRAGMENTS, k=rng.randrange(1, 14))) for _ in range(TEXTS)]
        case["ids"] = encode(case)
    text = ",\n".join(json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
    (Path(__file__).parent / "tokenizers.json").write_text(f"[{text}]\n")
    print(len(cases), "cases,", sum(len(ids) for case in cases for ids in case["ids"]), "ids")


if __name__ == "__main__":
    main()
