"""Makes tests/golden/tokens: what Hugging Face's fast BertTokenizer makes of texts, hostile ones too.

Run: python tests/golden/make_tokens.py [folder of the shared data]     (tokenizers 0.23.3, transformers 5.24.0)

vocab.txt     a small vocabulary made here: characters and pieces of the texts, some left out so that [UNK] happens
tokens.h5     text, ends: the lines' bytes, one after the other (end = index behind a line's last byte)
              cased, uncased: ids, ends: of each line, with [CLS] and [SEP], not cut
              pairs: first, second (lines), max_length, ids, token_types, ends: uncased
              code_points: cased, uncased: CRC-32 of the words of "x" + c + "y", one per 256 code points;
              left_out: what is lower-cased only since Unicode 15, and so depends on ICU's version
real.tsv      with the folder: per vocabulary and data file the lines, ids and CRC-32 of all ids as int32
"""
import random
import sys
import unicodedata
import zlib
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertTokenizer

from token_texts import texts

HERE = Path(__file__).parent / "tokens"
SEED, LINES, PAIRS = 8, 5100, 500
UNCASED = {"cased": False, "uncased": True}
REAL_VOCABULARIES = {"bert-vocab/bert-base-cased-vocab.txt": "cased", "bert-vocab/bert-base-uncased-vocab.txt": "uncased"}
REAL_FILES = ["CoLA/in_domain_train.tsv", "MNLI/split_test.tsv", "SST-2/train.tsv", "STS-B/train.csv"]


def decode(text):
    return text.decode("utf-8", "ignore")


def words_of(casing):
    normalizer, split = BertNormalizer(lowercase=UNCASED[casing]), BertPreTokenizer()
    return lambda text: [word for word, _ in split.pre_tokenize_str(normalizer.normalize_str(text))]


def backend(vocabulary, casing):
    tokenizer = BertTokenizer(str(vocabulary), do_lower_case=UNCASED[casing]).backend_tokenizer
    tokenizer.no_truncation()
    return tokenizer


def make_vocabulary(lines, path):
    rng = random.Random(SEED)
    words = [word for casing in UNCASED for text in lines for word in words_of(casing)(decode(text))]
    characters = Counter(character for word in words for character in word)
    pieces = Counter()
    for word in words:
        for _ in range(3):
            start = rng.randrange(len(word))
            pieces[("##" if start else "") + word[start:start + rng.choice([2, 3, 4])]] += 1
    tokens = ["[PAD]", "[unused1]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    for character, count in sorted(characters.items()):
        tokens += [prefix + character for prefix in ("", "##") if count > 2 and rng.random() < 0.95]
    tokens += [piece for piece, _ in sorted(pieces.most_common(2500))]
    path.write_text("\n".join(dict.fromkeys(tokens)) + "\n", encoding="utf-8", newline="\n")


def store(group, name, values, dtype):
    group.create_dataset(name, data=np.array(values, dtype), compression="gzip", compression_opts=9, shuffle=True)


def store_lists(group, lists):
    store(group, "ends", np.cumsum([len(values) for values in lists]), "i4")
    store(group, "ids", [value for values in lists for value in values], "i4")


def make_pairs(group, lines, tokenizer):
    rng = random.Random(SEED)
    chosen = [(rng.randrange(len(lines)), rng.randrange(len(lines)), rng.choice([3, 4, 5, 8, 13, 16, 31, 64]))
              for _ in range(PAIRS)]
    chosen += [(0, 0, 3), (0, len(lines) - 1, 9), (len(lines) - 1, 0, 9)]
    encodings = []
    for first, second, max_length in chosen:
        tokenizer.enable_truncation(max_length, strategy="longest_first")
        encodings.append(tokenizer.encode(decode(lines[first]), decode(lines[second])))
    for at, name in enumerate(["first", "second", "max_length"]):
        store(group, name, [values[at] for values in chosen], "i4")
    store_lists(group, [encoding.ids for encoding in encodings])
    store(group, "token_types", [kind for encoding in encodings for kind in encoding.type_ids], "u1")


def is_newly_lower_cased(character):
    lower = BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=False).normalize_str(character)
    return lower != character and unicodedata.category(character) == "Cn"


def make_code_points(group):
    assert unicodedata.unidata_version < "16"
    valid = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    left_out = [c for c in valid if is_newly_lower_cased(chr(c))]
    store(group, "left_out", left_out, "i4")
    for casing in UNCASED:
        words, sums = words_of(casing), np.zeros(0x1100, np.uint32)
        for c in sorted(set(valid) - set(left_out)):
            text = "\n".join(words("x" + chr(c) + "y")) + "\n"
            sums[c >> 8] = zlib.crc32(text.encode(), int(sums[c >> 8]))
        store(group, casing, sums, "u4")


def make_real(shared):
    rows = []
    for vocabulary, casing in REAL_VOCABULARIES.items():
        tokenizer = backend(shared / vocabulary, casing)
        for name in REAL_FILES:
            lines = (shared / "glue" / name).read_bytes().split(b"\n")
            ids = [i for encoding in tokenizer.encode_batch(list(map(decode, lines))) for i in encoding.ids]
            checksum = zlib.crc32(np.array(ids, "<i4").tobytes())
            rows.append(f"{vocabulary}\t{casing}\tglue/{name}\t{len(lines)}\t{len(ids)}\t{checksum:08x}\n")
    (HERE / "real.tsv").write_text("".join(rows))


def main():
    HERE.mkdir(exist_ok=True)
    lines = texts(SEED, LINES)
    make_vocabulary(lines, HERE / "vocab.txt")
    with h5py.File(HERE / "tokens.h5", "w") as file:
        store(file, "text", np.frombuffer(b"".join(lines), np.uint8), "u1")
        store(file, "ends", np.cumsum([len(text) for text in lines]), "i4")
        for casing in UNCASED:
            encodings = backend(HERE / "vocab.txt", casing).encode_batch(list(map(decode, lines)))
            store_lists(file.create_group(casing), [encoding.ids for encoding in encodings])
            unknown = np.mean([token == "[UNK]" for encoding in encodings for token in encoding.tokens])
            print(casing, sum(len(encoding.ids) for encoding in encodings), f"ids, {100 * unknown:.1f} % unknown")
        make_pairs(file.create_group("pairs"), lines, backend(HERE / "vocab.txt", "uncased"))
        make_code_points(file.create_group("code_points"))
    if len(sys.argv) > 1:
        make_real(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
