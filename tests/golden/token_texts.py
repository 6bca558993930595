"""The lines that make_tokens.py has tokenised: texts of many scripts from a fixed seed, and hostile ones."""
import random

BLOCKS = {  # first and last code point, and how many of them take part
    "ascii": (0x20, 0x7E, 95), "latin1": (0xA0, 0xFF, 96), "latin": (0x100, 0x24F, 120), "ipa": (0x250, 0x2AF, 20),
    "greek": (0x370, 0x3FF, 90), "greek extended": (0x1F00, 0x1FFF, 80), "cyrillic": (0x400, 0x52F, 120),
    "armenian": (0x530, 0x58F, 40), "hebrew": (0x590, 0x5FF, 60), "arabic": (0x600, 0x6FF, 120),
    "devanagari": (0x900, 0x97F, 80), "bengali": (0x980, 0x9FF, 30), "tamil": (0xB80, 0xBFF, 30),
    "thai": (0xE00, 0xE7F, 60), "tibetan": (0xF00, 0xFFF, 60), "georgian": (0x10A0, 0x10FF, 40),
    "hangul": (0xAC00, 0xD7A3, 120), "jamo": (0x1100, 0x11FF, 40), "cherokee": (0x13A0, 0x13FF, 40),
    "ethiopic": (0x1200, 0x137F, 30), "khmer": (0x1780, 0x17FF, 30), "mongolian": (0x1800, 0x18AF, 40),
    "latin extended": (0x1E00, 0x1EFF, 120), "punctuation": (0x2000, 0x206F, 112), "more punctuation": (0x2E00, 0x2E5F, 60),
    "superscripts": (0x2070, 0x209F, 20), "currency": (0x20A0, 0x20CF, 20), "letterlike": (0x2100, 0x214F, 50),
    "numbers": (0x2150, 0x218F, 30), "arrows": (0x2190, 0x22FF, 30), "enclosed": (0x2460, 0x24FF, 30),
    "kana": (0x3000, 0x30FF, 130), "ideographs": (0x4E00, 0x9FFF, 200), "ideographs A": (0x3400, 0x4DBF, 20),
    "ideographs B": (0x20000, 0x2A6DF, 20), "ideographs E": (0x2B800, 0x2BA00, 60), "compatible": (0xF900, 0xFAFF, 40),
    "presentation": (0xFB00, 0xFDFF, 60), "fullwidth": (0xFF00, 0xFFEF, 120), "deseret": (0x10400, 0x1044F, 40),
    "mathematical": (0x1D400, 0x1D7FF, 60), "music": (0x1D100, 0x1D1FF, 40), "emoji": (0x1F300, 0x1FAFF, 100),
    "newer scripts": (0x11000, 0x11FFF, 120), "adlam": (0x1E900, 0x1E95F, 60),
}
MARKS = [*range(0x300, 0x370), *range(0x1AB0, 0x1ACF), *range(0x1DC0, 0x1E00), *range(0x20D0, 0x20F1), 0x302A, 0x302E,
         0x302F, 0x3099, *range(0xFE00, 0xFE30), 0x5B0, 0x5C1, 0x64B, 0x94D, 0x8D4, 0x8E3, 0x1D165, 0x1D16D, 0x1E000]
INVISIBLE = [0, 1, 7, 8, 9, 10, 11, 12, 13, 0x1C, 0x1F, 0x7F, 0x80, 0x85, 0x9F, 0xA0, 0xAD, 0x34F, 0x61C, 0x180E, 0x1680,
             *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070), 0x3000, 0xFEFF, 0xFFF9, 0xFFFC,
             0xFFFD, 0xFFFE, 0xFFFF, 0xE000, 0xF8FF, 0xE0001, 0xE0020, 0xE0100, 0xF0000, 0x10FFFF, 0x378, 0x30000]
SPECIAL = ["[MASK]", "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[mask]", "[MASK", "MASK]", "[[SEP]]", "[CLS][SEP]", "##ing", "[unused1]"]
SYLLABLES = "ba ce di fo gu han jel kim lon mur nes pra qui rest shu tion un ver wor xy ing ed ly The And Mc Is Über É".split()

HOSTILE = [  # bytes; what is no UTF-8 is dropped before all else
    b"", b" ", b"\t\n\r ", b"\x00", b"\xff", b"a\xffb", b"\xc3", b"caf\xc3", b"\xc0\xaf", b"\xe2\x82", b"\xe2\x82A",
    b"\xed\xa0\x80", b"x\xed\xb0\x80y", b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xf0\x9f\x98",
    b"[MA\xffSK]", b"\xef\xbb\xbfbegin", b"\x80\x81\x82 tail", b"a\xe2\x28\xa1b", b"\xf0\x9f\x98\x80\xf0\x9f\x98z",
    *[t.encode() for t in [
        "İstanbul ISTANBUL ıI", "ΣΑΣ ΟΔΥΣΣΕΥΣ Σ σς", "straße STRASSE ẞ ﬁ ŉ ǰ", "Ǆ ǅ ǆ Ǉ ǈ", "K Å Ω", "é e\u0301 \u0301e",
        "e\u0323\u0302 e\u0302\u0323 \u1ec7", "a\u302e\u0323b a\u0315\u0300\u05ae\u0062", "\u1e9b\u0323", "한국어 각 \u1100\u1161\u11a8",
        "\u0344 \u0958 \u0f73", "zero\u200bwidth\u200djoin\u200cer", "soft\u00adhyphen", "\u202eright-to-left\u202c", "👩‍👩‍👧‍👦 🏳️‍🌈 ✊🏿",
        "a\u034fb", "don't can’t “quoted” — dash…", "$1 +2 <3> =4 ^5 `6 |7 ~8 £9 €10", "ah博推zz 日本語カタカナ", "\U0002b820x\U0002b920",
        "x" * 100, "x" * 101, "é" * 100, "e\u0301" * 100, "é" * 101, "a" + "\u0301" * 300, "\u0301" * 50, "!" * 300, "中" * 150,
        "ba" * 49 + "!" + "ba" * 51, "\u1885\u1886 \ua9bd \U000111c9 \u166d \u1734", "\U00011938 \u1715 \u0eba",
        "a\u2028b\u2029c\u0085d\u001ce\u000bf", "\ufdfa \ufb4f \u2126", "\u0600\u06dd\u070f \u08e2x \U000110bd\U000110cd",
        "\ue000private\U000f0000", "\u0378unassigned\U000e0fff", "\uffff\ufffe\U0010ffff", "##ing ## # #a", "[CLS] a [SEP] b [SEP]",
        "x[MASK]y[MASK]z", "[ MASK ]", "[MASK]\u0301e", "e[PAD]\u0301", "[UNK][UNK]", "[mask] [Mask] [SEP", "[MA\u200bSK]"]],
]


def alphabets(rng):
    return {name: sorted(rng.sample(range(first, last + 1), min(count, last + 1 - first)))
            for name, (first, last, count) in BLOCKS.items()}


def word(rng, alphabet):
    form = rng.random()
    if form < 0.35:
        return "".join(rng.choice(SYLLABLES) for _ in range(rng.choice([1, 2, 2, 3, 4])))
    if form < 0.38:
        return rng.choice(SPECIAL)
    characters = [rng.choice(alphabet) for _ in range(rng.choice([1, 1, 2, 3, 4, 5, 8]))]
    if form > 0.995:
        characters *= rng.choice([20, 100, 101])
    with_marks = []
    for character in characters:
        with_marks.append(character)
        if rng.random() < 0.12:
            with_marks += [rng.choice(MARKS) for _ in range(rng.choice([1, 1, 2, 3]))]
        if rng.random() < 0.04:
            with_marks.append(rng.choice(INVISIBLE))
    return "".join(map(chr, with_marks))


def line(rng, blocks):
    mixed = rng.random() < 0.3
    alphabet = blocks[rng.choice(list(blocks))]
    words = []
    for _ in range(rng.choice([1, 2, 3, 5, 8])):
        if mixed:
            alphabet = blocks[rng.choice(list(blocks))]
        words.append(word(rng, alphabet))
        if rng.random() < 0.02:
            words.append(chr(rng.choice([*range(0x80, 0xD800), *range(0xE000, 0x110000, 7)])))
    return rng.choice([" ", " ", " ", "", "-", "\u3000", ", "]).join(words)


def texts(seed, count):
    """Bytes, as they would stand in a file; some of the random lines are damaged."""
    rng = random.Random(seed)
    blocks = alphabets(rng)
    lines = list(HOSTILE)
    while len(lines) < count:
        text = bytearray(line(rng, blocks).encode())
        if text and rng.random() < 0.05:
            text[rng.randrange(len(text))] = rng.randrange(256)
        lines.append(bytes(text))
    return lines
