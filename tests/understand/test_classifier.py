"""The classifier: learns what it is taught, the same every time, and is kept safely."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.app import App
from bot.understand.classifier import Classifier, Vocabulary, train
from bot.understand.features import Featuriser, grams, pinyin
from bot.understand.model import load_or_make, model_path

TAUGHT = {
    "papers": ["成立要哪些材料", "要交什么材料", "材料清单是什么", "需要准备哪些材料"],
    "people": ["要多少人才能成立", "最少几个人", "人数有要求吗", "几个人可以成立"],
    "fee": ["会费怎么收", "会费标准是多少", "要交会费吗", "会费由谁定"],
}


@pytest.fixture(scope="module")
def featuriser(small_app: App) -> Featuriser:
    return Featuriser(small_app.content.words)


@pytest.fixture(scope="module")
def classifier(featuriser: Featuriser) -> Classifier:
    texts = [text for those in TAUGHT.values() for text in those]
    labels = [name for name, those in TAUGHT.items() for _ in those]
    return train(featuriser.features, texts, labels)


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
    assert not classifier.scores({})[0].any()


def test_a_group_is_learnt_over_its_classes(featuriser: Featuriser) -> None:
    """What two classes have in common is recognised in words that only one of them was taught, and scored beside them."""
    texts = [text for those in TAUGHT.values() for text in those]
    labels = [name for name, those in TAUGHT.items() for _ in those]
    groups = {"papers": ["about:founding"], "people": ["about:founding"], "fee": ["about:money"]}
    classifier = train(featuriser.features, texts, labels, groups)
    assert classifier.groups == ("about:founding", "about:money")
    for said, group in (("最少要哪些材料", "about:founding"), ("会费什么标准", "about:money")):
        classes, scores = classifier.scores(featuriser.features(said))
        assert len(classes) == len(TAUGHT)
        assert classifier.groups[int(np.argmax(scores))] == group


def test_common_features_count_the_same_as_rare_ones(
    classifier: Classifier, featuriser: Featuriser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that are kept whole for speed give the scores that the single weights give."""
    counts = featuriser.features("会费要交多少")
    rare = classifier.scores(counts)[0]
    monkeypatch.setattr("bot.understand.classifier.WIDE", 0)
    common = replace(classifier)  # the rows are laid out anew
    assert (np.diff(common.starts) > 0).sum() == len(common._dense[1])
    assert np.allclose(common.scores(counts)[0], rare, atol=1e-5)


def test_training_is_the_same_every_time(classifier: Classifier, featuriser: Featuriser) -> None:
    """Trained again on the same phrasings, every weight is the same."""
    texts = [text for those in TAUGHT.values() for text in those]
    labels = [name for name, those in TAUGHT.items() for _ in those]
    again = train(featuriser.features, texts, labels)
    assert again.classes == classifier.classes
    assert np.array_equal(again.weights, classifier.weights)
    assert np.array_equal(again.targets, classifier.targets)


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
    """Characters, pinyin and words each begin with the letter of their channel; homophones share their pinyin."""
    found = featuriser.features("会费")
    assert {"c会费", "phui", "w会费"} <= set(found)
    assert pinyin("会费") == pinyin("汇废") == "huifei"
    assert list(grams("abc", 1, 2)) == ["a", "b", "c", "ab", "bc"]


def test_coverage_tells_known_from_unknown(featuriser: Featuriser) -> None:
    """Coverage is the share of character n-grams that some phrasings have: all, some or none."""
    vocabulary = Vocabulary.of(featuriser.features(text) for text in ("会费怎么收", "会费怎么收"))
    assert vocabulary.coverage(featuriser.features("会费怎么收")) == 1.0
    assert 0 < vocabulary.coverage(featuriser.features("会费怎么办")) < 1
    assert vocabulary.coverage(featuriser.features("xyz")) == 0.0
    assert vocabulary.coverage({}) == 0.0
