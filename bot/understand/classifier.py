"""A linear classifier over n-gram features (training.py): one product of a sparse vector with all weights.

A question touches 150 features, and each weighs on up to a thousand classes. What costs time is memory that is not in the
cache, so the weights are laid out for that.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.understand.features import Features
from bot.understand.vocabulary import Floats, Vocabulary

FORMAT = 10
"""Raised whenever features or file layout change, so that cached models are made anew."""
WIDE = 100
"""Weights of a feature from which on they are kept as a whole row. With 60 the rows would take 10 MB more."""


@dataclass(frozen=True)
class Weights:
    """Features x columns. The most common n-grams weigh on hundreds of classes each and stand in every question: theirs are
    whole rows, which are multiplied three times as fast; of the others only the weights that are not nothing are kept.

    A weight is an int8 times the scale of its feature.
    """

    rows: npt.NDArray[np.int8]
    """Wide features x columns."""
    targets: npt.NDArray[np.uint16]
    """Column of each single weight; those of a feature lie side by side."""
    singles: npt.NDArray[np.int8]
    features: npt.NDArray[np.int32]
    """For each feature what is needed to read it, side by side: the bits of its scale (float32); its row, or where its
    single weights start; how many these are, -1 for a row."""

    @classmethod
    def of(
        cls, feature: npt.NDArray[np.int64], column: npt.NDArray[np.int64], weight: Floats, features: int, columns: int
    ) -> Weights:
        """From single weights with their features and columns, in any order."""
        order = np.lexsort((column, feature))
        feature, column, weight = feature[order], column[order], weight[order]
        largest = np.zeros(features, np.float32)
        np.maximum.at(largest, feature, np.abs(weight))
        scale = np.where(largest == 0, 1, largest / 127).astype(np.float32)
        quantised = np.rint(weight / scale[feature]).astype(np.int8)
        sizes = np.bincount(feature, minlength=features)
        wide = sizes > WIDE
        row = np.cumsum(wide) - 1
        in_row = wide[feature]
        rows = np.zeros((int(wide.sum()), columns), np.int8)
        rows[row[feature[in_row]], column[in_row]] = quantised[in_row]
        single = np.where(wide, 0, sizes)
        facts = np.empty((features, 3), np.int32)
        facts[:, 0] = scale.view(np.int32)
        facts[:, 1] = np.where(wide, row, np.cumsum(single) - single)
        facts[:, 2] = np.where(wide, -1, sizes)
        return cls(rows, column[~in_row].astype(np.uint16), quantised[~in_row], facts)

    def times(self, where: npt.NDArray[np.intp], value: Floats) -> Floats:
        """The product of a sparse vector with all weights: one number a column."""
        # `take` is quicker than indexing with a list of numbers.
        facts = self.features.take(where, axis=0)
        value = value * facts.view(np.float32)[:, 0]
        place, size = facts[:, 1], facts[:, 2]
        wide = size < 0
        # Not `@`: it would first make a copy of the rows as floats, half a megabyte that drives all else out of the cache.
        scores: Floats = np.einsum("i,ij->j", value[wide], self.rows.take(place[wide], axis=0))
        few = (~wide).nonzero()[0]
        place, size = place.take(few), size.take(few)
        ends = size.cumsum()
        if len(ends) and ends[-1]:
            which = np.repeat(few, size)
            at = np.arange(ends[-1])
            at += np.repeat(place - ends + size, size)
            parts = self.singles.take(at) * value.take(which)
            scores += np.bincount(self.targets.take(at), parts, len(scores))
        return scores


class Scores(NamedTuple):
    """What the classifier makes of a question."""

    classes: Floats
    """One score a class, in the order of `Classifier.classes`: about 1 for a sure hit, about 0 for the rest."""
    groups: Floats
    """One a group, in the order of `Classifier.groups`."""
    coverage: float
    """Share of the question's character 2- and 3-grams that any phrasing has, 0 to 1."""


@dataclass
class Classifier:
    """Scores every class and group for a question."""

    vocabulary: Vocabulary
    classes: tuple[str, ...]
    groups: tuple[str, ...]
    """What several classes have in common, learnt as one: a subject, an aspect, a kind of answer."""
    weights: Weights
    """Columns: the classes, then the groups."""
    texts: Mapping[str, tuple[str, ...]]
    """Class -> the normalised phrasings it was trained on."""
    rarities: Floats
    """Rarity of each of these texts (`Vocabulary.rarity_of`), class after class."""

    def scores(self, features: Features) -> Scores:
        """What a question is about."""
        where, value, coverage = self.vocabulary.vector(features)
        scores = self.weights.times(where, value)
        return Scores(scores[: len(self.classes)], scores[len(self.classes) :], coverage)

    def save(self, path: Path) -> None:
        """Write to one .npz file, whole or not at all."""
        temporary = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
        np.savez(
            temporary,
            format=np.array(FORMAT),
            grams=self.vocabulary.grams,
            words=np.array("\n".join(self.vocabulary.words)),
            idf=self.vocabulary.idf,
            classes=np.array("\n".join(self.classes)),
            groups=np.array("\n".join(self.groups)),
            texts=np.array("\n".join("\t".join(self.texts[name]) for name in self.classes)),
            rarities=self.rarities,
            rows=self.weights.rows,
            targets=self.weights.targets,
            singles=self.weights.singles,
            features=self.weights.features,
        )
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Classifier:
        """The classifier that `save` wrote. Raises ValueError for another format or a damaged file."""
        try:
            with np.load(path, allow_pickle=False) as data:
                if int(data["format"]) != FORMAT:
                    raise ValueError("model of another format")
                grams = data["grams"]
                words = {word: i for i, word in enumerate(_lines(data["words"]), len(grams))}
                classes = _lines(data["classes"])
                lines = str(data["texts"]).split("\n")
                texts = {name: tuple(line.split("\t")) for name, line in zip(classes, lines, strict=True)}
                weights = Weights(data["rows"], data["targets"], data["singles"], data["features"])
                vocabulary = Vocabulary(grams, words, data["idf"])
                return cls(vocabulary, classes, _lines(data["groups"]), weights, texts, data["rarities"])
        except Exception as error:  # zipfile.BadZipFile, OSError, KeyError … have no common base
            raise ValueError(f"damaged model: {error}") from error


def _lines(text: npt.NDArray[np.str_]) -> tuple[str, ...]:
    return tuple(filter(None, str(text).split("\n")))
