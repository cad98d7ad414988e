"""The classifier: learns what it is taught, the same every time, and is kept safely."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.content.models import Words
from bot.understand.classifier import Classifier, Weights
from bot.understand.features import CHANNELS, PINYIN_FROM, Features, Featuriser
from bot.understand.model import load_or_make, model_path
from bot.understand.spelling import pinyin
from bot.understand.training import train
from bot.understand.vocabulary import CHANNEL_WEIGHT, Vocabulary

FEATURISER = Featuriser(Words())
NOTHING = Features(np.zeros(0, np.uint64), np.zeros(0, np.intp), 0, 0, {})
TAUGHT = {
    "papers": ["成立要哪些材料", "要交什么材料", "材料清单是什么", "需要准备哪些材料"],
    "people": ["要多少人才能成立", "最少几个人", "人数有要求吗", "几个人可以成立"],
    "fee": ["会费怎么收", "会费标准是多少", "要交会费吗", "会费由谁定"],
}


@pytest.fixture(scope="module")
def featuriser(small_app: App) -> Featuriser:
    return Featuriser(small_app.content.words)


def learnt(featuriser: Featuriser) -> Classifier:
    """Trained on TAUGHT."""
    texts = [text for those in TAUGHT.values() for text in those]
    labels = [name for name, those in TAUGHT.items() for _ in those]
    return train(featuriser.features, texts, labels)


@pytest.fixture(scope="module")
def classifier(featuriser: Featuriser) -> Classifier:
    return learnt(featuriser)


def best(classifier: Classifier, featuriser: Featuriser, text: str) -> str:
    return classifier.classes[int(np.argmax(classifier.scores(featuriser.features(text))[0]))]


def test_what_was_taught_is_known(classifier: Classifier, featuriser: Featuriser) -> None:
    """Every phrasing is put into its own class."""
    for name, texts in TAUGHT.items():
        assert [best(classifier, featuriser, text) for text in texts] == [name] * len(texts)


@pytest.mark.parametrize(
    ("said", "name"), [("交哪些材料", "papers"), ("最少要多少人", "people"), ("会费多少", "fee"), ("会废怎么收", "fee")]
)
def test_other_wordings_are_recognised(classifier: Classifier, featuriser: Featuriser, said: str, name: str) -> None:
    """A question in other words, or with a homophone typed wrongly, is put where it belongs."""
    assert best(classifier, featuriser, said) == name


def test_unknown_words_score_nothing(classifier: Classifier, featuriser: Featuriser) -> None:
    """A text of words that nobody taught scores far below a sure hit, and no features at all score zero."""
    assert classifier.scores(featuriser.features("qqqqq"))[0].max() < 0.3
    assert not classifier.scores(NOTHING)[0].any()


def test_a_group_is_learnt_over_its_classes(featuriser: Featuriser) -> None:
    """What two classes have in common is recognised in words that only one of them was taught, and scored beside them."""
    texts = [text for those in TAUGHT.values() for text in those]
    labels = [name for name, those in TAUGHT.items() for _ in those]
    groups = {"papers": ["about:founding"], "people": ["about:founding"], "fee": ["about:money"]}
    classifier = train(featuriser.features, texts, labels, groups)
    assert classifier.groups == ("about:founding", "about:money")
    for said, group in (("最少要哪些材料", "about:founding"), ("会费什么标准", "about:money")):
        classes, scores, _ = classifier.scores(featuriser.features(said))
        assert len(classes) == len(TAUGHT)
        assert classifier.groups[int(np.argmax(scores))] == group


def test_common_features_count_the_same_as_rare_ones(
    classifier: Classifier, featuriser: Featuriser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that are kept whole for speed give the scores that the single weights give."""
    features = featuriser.features("会费要交多少")
    monkeypatch.setattr("bot.understand.classifier.WIDE", 0)
    common = learnt(featuriser)
    assert len(common.weights.rows)
    assert not len(common.weights.singles)
    assert len(classifier.weights.singles)
    assert not len(classifier.weights.rows)
    assert np.allclose(common.scores(features)[0], classifier.scores(features)[0], atol=1e-5)


def test_weights_are_read_as_they_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sparse vector times the laid-out weights is what it is times the plain matrix, up to the rounding to eight bits."""
    monkeypatch.setattr("bot.understand.classifier.WIDE", 3)
    random = np.random.default_rng(1)
    plain = random.normal(size=(40, 9)).astype(np.float32) * (random.random((40, 9)) < 0.35)
    feature, column = plain.nonzero()
    weights = Weights.of(feature, column, plain[feature, column], *plain.shape)
    assert 0 < len(weights.rows) < 40
    for size in (0, 1, 12, 40):
        where = np.sort(random.choice(40, size, replace=False))
        value = random.random(size).astype(np.float32)
        assert np.allclose(weights.times(where, value), value @ plain[where], atol=0.1)


def test_training_is_the_same_every_time(classifier: Classifier, featuriser: Featuriser) -> None:
    """Trained again on the same phrasings, every weight is the same."""
    again = learnt(featuriser)
    assert again.classes == classifier.classes
    for part in fields(again.weights):
        assert np.array_equal(getattr(again.weights, part.name), getattr(classifier.weights, part.name))


def test_it_is_read_as_it_was_saved(classifier: Classifier, featuriser: Featuriser, tmp_path: Path) -> None:
    """Scores after saving and reading are the same; no half-written file is left."""
    path = tmp_path / "model.npz"
    classifier.save(path)
    counts = featuriser.features("会费多少")
    assert np.array_equal(Classifier.read(path).scores(counts)[0], classifier.scores(counts)[0])
    assert Classifier.read(path).groups == classifier.groups
    assert [file.name for file in tmp_path.iterdir()] == ["model.npz"]


@pytest.mark.parametrize("damage", [b"", b"not a model", None])
def test_a_damaged_file_is_refused(classifier: Classifier, tmp_path: Path, damage: bytes | None) -> None:
    """An empty, foreign or cut-off file is no model: ValueError, nothing else."""
    path = tmp_path / "model.npz"
    classifier.save(path)
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    with pytest.raises(ValueError, match="damaged model"):
        Classifier.read(path)


def test_a_damaged_cached_model_is_made_anew(small_app: App, tmp_path: Path) -> None:
    """When the cached file is damaged, it is replaced by a fresh one and understanding goes on."""
    small_app.understander  # noqa: B018 - makes the model, if need be
    made = model_path(small_app.content, small_app.settings.models)
    path = model_path(small_app.content, tmp_path)
    path.write_bytes(made.read_bytes()[:1000])
    found = load_or_make(small_app.content, tmp_path)
    assert found.classes == Classifier.read(made).classes
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_model_that_is_there_is_used(small_app: App, tmp_path: Path) -> None:
    """A cached model of the same content is read and not trained again."""
    small_app.understander  # noqa: B018
    path = model_path(small_app.content, tmp_path)
    shutil.copy(model_path(small_app.content, small_app.settings.models), path)
    before = path.stat().st_mtime_ns
    load_or_make(small_app.content, tmp_path)
    assert path.stat().st_mtime_ns == before


def test_features_have_three_channels(featuriser: Featuriser) -> None:
    """Characters, pinyin and words are told apart, and together they are all; homophones share their pinyin."""
    found = featuriser.features("会费 会")
    # Three lengths of 「^会费|会$」, of which 会 stands there twice; huifeihui has six runs of four.
    assert len(found.channel("c").grams) == 6 + 5 + 4 - 1
    assert sorted(found.counts.tolist()) == [1] * 19 + [2]
    assert len(found.channel("p").grams) == 6
    assert dict(found.channel("w").words) == {"会费": 1, "=会费": 1, "会": 1}
    assert sum(len(found.channel(name).grams) for name in CHANNELS) == len(found.grams)
    same, other = featuriser.features("汇废"), featuriser.features("会费")
    assert pinyin("会费") == pinyin("汇废") == "huifei"
    assert np.array_equal(same.channel("p").grams, other.channel("p").grams)
    assert not set(same.grams[same.grams > 127].tolist()) & set(other.channel("c").grams.tolist()) - {
        ord("^"),
        ord("$"),
    }


@given(st.text(st.characters(exclude_characters="\0"), max_size=40))
def test_grams_are_all_runs_of_a_text(text: str) -> None:
    """Every run of one to three characters is counted as often as it stands there, whatever the characters are."""
    marked = f"^{text.replace(' ', '|')}$"
    runs = Counter(marked[at : at + size] for size in (1, 2, 3) for at in range(len(marked) - size + 1))
    found = FEATURISER.features(text).channel("c")
    assert dict(zip(map(unpacked, found.grams.tolist()), found.counts.tolist(), strict=True)) == dict(runs)
    assert (found.grams < PINYIN_FROM).all()


def unpacked(gram: int) -> str:
    """The characters of a packed n-gram."""
    return "".join(chr(code) for shift in (42, 21, 0) if (code := gram >> shift & 0x1FFFFF))


def test_a_vector_is_scaled_by_channel(featuriser: Featuriser) -> None:
    """Each channel of a vector has its own length whatever the text is like; unknown features are left out."""
    known = [featuriser.features(text) for text in ("会费怎么收", "会费怎么收")]
    vocabulary = Vocabulary.of(known)
    where, value, _ = vocabulary.vector(featuriser.features("会费怎么收"))
    assert sorted(where.tolist()) == list(range(len(vocabulary)))
    spelt = int(np.searchsorted(vocabulary.grams, np.uint64(PINYIN_FROM)))
    ends = [0, spelt, len(vocabulary.grams), len(vocabulary)]
    lengths = [float(np.linalg.norm(value[(where >= a) & (where < b)])) for a, b in pairwise(ends)]
    assert lengths == pytest.approx([CHANNEL_WEIGHT[name] for name in CHANNELS])
    assert len(vocabulary.vector(featuriser.features("qq")).where) == 2  # ^ and $


def test_coverage_tells_known_from_unknown(featuriser: Featuriser) -> None:
    """Coverage is the share of character n-grams that some phrasings have: all, some or none."""
    vocabulary = Vocabulary.of(featuriser.features(text) for text in ("会费怎么收", "会费怎么收"))
    assert vocabulary.vector(featuriser.features("会费怎么收")).coverage == 1.0
    assert 0 < vocabulary.vector(featuriser.features("会费怎么办")).coverage < 1
    assert vocabulary.vector(featuriser.features("xyz")).coverage == 0.0
    assert vocabulary.vector(NOTHING).coverage == 0.0
