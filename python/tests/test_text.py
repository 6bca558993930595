"""BERTs: tokens in, logits out."""

import numpy as np
import pytest
from conftest import REPOSITORY

import dpac


@pytest.fixture(scope="module")
def bert() -> dpac.Network:
    with pytest.warns(dpac.Remark, match="2 weight files beside the one taken were left out"):
        return dpac.load(REPOSITORY / "tests" / "golden" / "bert")


@pytest.fixture(scope="module")
def tokens(bert):
    rng = np.random.default_rng(0)
    lengths = np.array([7, 3, 12, 1, 12])
    mask = np.arange(12) < lengths[:, None]
    return np.where(mask, rng.integers(0, 20, (5, 12)), 0), mask, lengths


def test_padding_changes_nothing(bert, tokens):
    ids, mask, lengths = tokens
    assert bert.reads_text
    for how in ({}, {"noise": "shot", "energy": 10}):
        logits = bert(ids, mask=mask, **how)
        assert logits.shape == (5, bert.classes)
        alone = [bert(ids[i : i + 1, :n], first_sample=i, **how)[0] for i, n in enumerate(lengths)]
        assert np.array_equal(logits, alone)
    assert not np.array_equal(bert(ids, mask=mask), bert(ids))


def test_types_and_ids_count(bert, tokens):
    ids, mask, _ = tokens
    assert np.array_equal(bert(ids, mask=mask), bert(ids.astype(np.uint8), mask=mask, token_types=np.zeros_like(ids)))
    assert not np.array_equal(bert(ids, mask=mask), bert(ids, mask=mask, token_types=np.ones_like(ids)))


def test_noise_of_all_kinds(bert, tokens):
    ids, mask, _ = tokens
    ranges = bert.calibrate(ids, mask=mask, method="percentile")
    exact = bert(ids, mask=mask)
    for noise in ("shot", "thermal", "weight"):
        assert not np.array_equal(bert(ids, mask=mask, noise=noise, energy=10, ranges=ranges), exact)
    with_weights = {layer.name: 10 for layer in bert.layers if layer.has_weights}
    by_name = bert(ids, mask=mask, noise="weight", energy=with_weights, ranges=ranges)
    assert np.array_equal(by_name, bert(ids, mask=mask, noise="weight", energy=10, ranges=ranges))
    with pytest.raises(dpac.Error, match="no energy for"):
        bert(ids, mask=mask, noise="shot", energy=with_weights)


def test_trace_of_attention(bert, tokens):
    ids, mask, lengths = tokens
    arrays = bert.trace(ids, mask=mask, noise="shot", energy=10)
    attention = next(layer.name for layer in bert.layers if layer.op == "attention")
    scores = arrays[f"{attention}/pre"]
    assert scores.shape[0] == 5 and scores.shape[2:] == (12, 12)
    assert not scores[1, :, lengths[1] :].any() and scores[1, :, : lengths[1], : lengths[1]].all()


REFUSED = {
    "hole": (lambda bert, ids, mask: bert(ids, mask=mask[:, ::-1]), "behind padding"),
    "shape of mask": (lambda bert, ids, mask: bert(ids, mask=mask[:, 1:]), "mask has shape"),
    "type": (lambda bert, ids, mask: bert(ids.astype(np.float32)), "token ids are float32"),
    "negative": (lambda bert, ids, mask: bert(ids - 30), "from -30 to"),
    "types": (lambda bert, ids, mask: bert(ids, token_types=ids[:, 1:]), "expected as many"),
    "empty": (lambda bert, ids, mask: bert(ids, mask=np.zeros_like(mask)), "sequence 0 has 0 tokens"),
    "vocabulary": (lambda bert, ids, mask: bert(ids + 2**30), "beyond the 50 word embeddings"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(bert, tokens, case):
    call, sentence = REFUSED[case]
    with pytest.raises(dpac.Error, match=sentence):
        call(bert, *tokens[:2])
