"""A linear classifier over n-gram features, trained on the phrasings by least squares.

Ridge regression on one-hot classes in its dual form: with feature vectors X (n x f), targets Y (n x k) and penalty r,
(X X' + r I) A = Y and W = X' A, solved by conjugate gradients (Hestenes & Stiefel 1952) with sparse products only. The
same result every time. Against logistic regression on the same features it gave the same accuracy within two questions
in a hundred at a fraction of the time and memory (docs/decisions/0003-classifier.md).
"""

from __future__ import annotations

import math
import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understand.features import CHANNELS

Floats = npt.NDArray[np.float32]

CHANNEL_WEIGHT = {"c": 1.0, "p": 0.5, "w": 0.7}
_CHANNEL_WEIGHTS = np.array([CHANNEL_WEIGHT[name] for name in CHANNELS])
RIDGE = 4.0
ITERATIONS = 8
BLOCK = 64
"""Classes solved side by side."""
KEPT = 5_000_000
"""Weights that are kept, three bytes each."""
WIDE = 150
"""Weights of a feature from which on they are kept as a whole row too."""
FORMAT = 8
"""Raised whenever features or file layout change, so that cached models are made anew."""


@dataclass
class Vocabulary:
    """Features that occur at least twice in the phrasings, with their inverse document frequency."""

    index: dict[str, int]
    """Feature -> its number, in sorted order: the features of a channel stand together."""
    idf: Floats

    @cached_property
    def _channel_ends(self) -> npt.NDArray[np.int64]:
        """Where in `index` each channel but the last ends."""
        keys = list(self.index)
        return np.array([bisect_left(keys, chr(ord(name) + 1)) for name in CHANNELS[:-1]])

    @cached_property
    def _rarities(self) -> memoryview:
        """`idf`, read one by one as plain floats: much faster than asking numpy for one element."""
        return np.ascontiguousarray(self.idf).data

    def rarity(self, key: str, unknown: float) -> float:
        """Inverse document frequency of a feature; `unknown` for one that no phrasing has."""
        i = self.index.get(key)
        return unknown if i is None else float(self._rarities[i])

    def words(self, taught: int) -> Iterable[tuple[str, float]]:
        """Each word of the phrasings with the number of them that have it. `taught`: how many phrasings there are."""
        for key, i in self.index.items():
            if key[0] == "w" and key[1] not in "=@":
                yield key[1:], taught / math.exp(float(self._rarities[i]) - 1)

    @classmethod
    def of(cls, documents: Iterable[Mapping[str, int]], least: int = 2) -> Vocabulary:
        """Vocabulary of counted features; those in fewer than `least` documents are left out."""
        frequency: dict[str, int] = {}
        total = 0
        for document in documents:
            total += 1
            for key in document:
                frequency[key] = frequency.get(key, 0) + 1
        kept = sorted(key for key, count in frequency.items() if count >= least)
        idf = np.array([math.log(total / frequency[key]) + 1 for key in kept], dtype=np.float32)
        return cls({key: i for i, key in enumerate(kept)}, idf)

    def vector(self, counts: Mapping[str, int]) -> tuple[npt.NDArray[np.int32], Floats]:
        """Sparse vector: indices and values, each channel scaled to its weight, and unknown features left out."""
        numbers = np.fromiter(map(self.index.get, counts, repeat(-1)), np.int32, len(counts))
        known = numbers >= 0
        if not known.any():
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        where, count = numbers[known], np.fromiter(counts.values(), np.float32, len(counts))[known]
        value = (1 + np.log(count)) * self.idf[where]
        channel = np.searchsorted(self._channel_ends, where, side="right")
        norms = np.sqrt(np.bincount(channel, value**2, len(CHANNELS)))
        weights = np.divide(_CHANNEL_WEIGHTS, norms, out=np.zeros(len(CHANNELS)), where=norms > 0)
        return where, (value * weights[channel]).astype(np.float32)

    def coverage(self, counts: Mapping[str, int]) -> float:
        """Share of the question's character 2- and 3-grams that any phrasing has, 0 to 1."""
        mine = [key for key in counts if key[0] == "c" and len(key) > 2]
        return sum(key in self.index for key in mine) / len(mine) if mine else 0.0


@dataclass
class Classifier:
    """Scores for every class: about 1 for a sure hit, about 0 for the rest.

    Weights are kept sparse: most n-grams say something about a few classes only, and dropping the rest even helped on
    held-out phrasings.
    """

    vocabulary: Vocabulary
    classes: tuple[str, ...]
    groups: tuple[str, ...]
    """What several classes have in common, learnt as one: a subject, an aspect, a kind of answer."""
    starts: npt.NDArray[np.int64]
    """Feature i has the entries starts[i] to starts[i + 1] of the next two."""
    targets: npt.NDArray[np.uint16]
    """Class of each weight; groups are counted on after the classes."""
    weights: npt.NDArray[np.int8]
    scale: Floats
    """Per feature: weight = int8 * scale."""
    texts: Mapping[str, tuple[str, ...]]
    """Class -> the normalised phrasings it was trained on."""

    @cached_property
    def _dense(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
        """(row of each feature in the table or -1, the table: rows x columns). The most common n-grams weigh on hundreds of
        classes each and stand in every question: their weights are multiplied as whole rows, three times as fast."""
        sizes = np.diff(self.starts)
        wide = np.flatnonzero(sizes > WIDE)
        rows = np.full(len(sizes), -1, np.int32)
        rows[wide] = np.arange(len(wide))
        table = np.zeros((len(wide), len(self.classes) + len(self.groups)), np.int8)
        for number, feature in enumerate(wide.tolist()):
            span = slice(int(self.starts[feature]), int(self.starts[feature + 1]))
            table[number, self.targets[span]] = self.weights[span]
        return rows, table

    def scores(self, counts: Mapping[str, int]) -> tuple[Floats, Floats]:
        """One score a class, in the order of `classes`, and one a group, in the order of `groups`."""
        where, value = self.vocabulary.vector(counts)
        total = len(self.classes) + len(self.groups)
        if not len(where):
            return np.zeros(len(self.classes), np.float32), np.zeros(len(self.groups), np.float32)
        value = value * self.scale[where]
        rows, dense = self._dense
        row = rows[where]
        wide = row >= 0
        scores = value[wide] @ dense[row[wide]].astype(np.float32)
        where, value = where[~wide], value[~wide]
        if len(where):
            first, end = self.starts[where], self.starts[where + 1]
            # The entries of a feature lie side by side: slices put together cost half of picking them one by one.
            spans = [slice(a, b) for a, b in zip(first.tolist(), end.tolist(), strict=True)]
            parts = np.concatenate([self.weights[span] for span in spans]) * np.repeat(value, end - first)
            targets = np.concatenate([self.targets[span] for span in spans])
            scores += np.bincount(targets, parts, total).astype(np.float32)
        return scores[: len(self.classes)], scores[len(self.classes) :]

    def save(self, path: Path) -> None:
        """Write to one .npz file, whole or not at all."""
        temporary = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
        np.savez(
            temporary,
            format=np.array(FORMAT),
            keys=np.array("\n".join(self.vocabulary.index)),
            idf=self.vocabulary.idf,
            classes=np.array("\n".join(self.classes)),
            groups=np.array("\n".join(self.groups)),
            texts=np.array("\n".join("\t".join(self.texts[name]) for name in self.classes)),
            starts=self.starts,
            targets=self.targets,
            weights=self.weights,
            scale=self.scale,
        )
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Classifier:
        """The classifier that `save` wrote. Raises ValueError for another format or a damaged file."""
        try:
            with np.load(path, allow_pickle=False) as data:
                if int(data["format"]) != FORMAT:
                    raise ValueError("model of another format")
                keys = str(data["keys"]).split("\n")
                vocabulary = Vocabulary({key: i for i, key in enumerate(keys)}, data["idf"])
                classes = tuple(str(data["classes"]).split("\n"))
                groups = tuple(filter(None, str(data["groups"]).split("\n")))
                lines = str(data["texts"]).split("\n")
                texts = {name: tuple(line.split("\t")) for name, line in zip(classes, lines, strict=True)}
                arrays = (data["starts"], data["targets"], data["weights"], data["scale"])
                return cls(vocabulary, classes, groups, *arrays, texts)
        except Exception as error:  # zipfile.BadZipFile, OSError, KeyError … have no common base
            raise ValueError(f"damaged model: {error}") from error


def train(
    features: Callable[[str], Mapping[str, int]],
    texts: Sequence[str],
    labels: Sequence[str],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Classifier:
    """Fit the classifier to texts and their class names; `features` counts the features of a text, `groups` names the
    groups that a class belongs to.

    `features` is called twice a text: to keep the counts of all texts at once would take most of a gigabyte.

    Memory: about 16 x features x BLOCK bytes a thread; 22,000 phrasings in 770 classes take some 15 s on two cores.
    """
    # Only training needs scipy: a serving process never pays its 40 MB.
    from scipy import sparse

    vocabulary = Vocabulary.of(features(text) for text in texts)
    classes = tuple(sorted(set(labels)))
    rows = [vocabulary.vector(features(text)) for text in texts]
    pointers = np.cumsum([0, *(len(where) for where, _ in rows)])
    matrix: Any = sparse.csr_matrix(
        (np.concatenate([v for _, v in rows]), np.concatenate([w for w, _ in rows]), pointers),
        shape=(len(rows), len(vocabulary.index)),
        dtype=np.float32,
    )
    number = {name: i for i, name in enumerate(classes)}
    owner = np.array([number[label] for label in labels])
    belongs, names = _membership(classes, groups or {})
    columns = belongs.shape[1]
    transposed: Any = matrix.T.tocsr()
    blocks = [range(start, min(start + BLOCK, columns)) for start in range(0, columns, BLOCK)]

    def solve(block: range) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
        share = int(2 * KEPT * len(block) / columns)
        target = belongs[:, block.start : block.stop][owner]
        return _largest(_solve(matrix, transposed, target), block.start, share)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:  # scipy's products let go of the interpreter lock
        parts = list(threads.map(solve, blocks))
    feature, target, weight = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    if len(weight) > KEPT:
        chosen = np.argpartition(-np.abs(weight), KEPT)[:KEPT]
        feature, target, weight = feature[chosen], target[chosen], weight[chosen]
    taught: dict[str, list[str]] = {}
    for text, label in zip(texts, labels, strict=True):
        taught.setdefault(label, []).append(text)
    learnt = {name: tuple(taught[name]) for name in classes}
    return _packed(vocabulary, classes, names, feature, target, weight, learnt)


def _membership(classes: tuple[str, ...], groups: Mapping[str, Sequence[str]]) -> tuple[Floats, tuple[str, ...]]:
    """(classes x columns: which class counts for which column, first the classes themselves, then the groups; the names
    of the groups)."""
    names = tuple(sorted({group for name in classes for group in groups.get(name, ())}))
    number = {group: len(classes) + i for i, group in enumerate(names)}
    belongs = np.eye(len(classes), len(classes) + len(names), dtype=np.float32)
    for row, name in enumerate(classes):
        for group in groups.get(name, ()):
            belongs[row, number[group]] = 1
    return belongs, names


def _packed(
    vocabulary: Vocabulary,
    classes: tuple[str, ...],
    groups: tuple[str, ...],
    feature: npt.NDArray[np.int64],
    target: npt.NDArray[np.int64],
    weight: Floats,
    texts: Mapping[str, tuple[str, ...]],
) -> Classifier:
    order = np.lexsort((target, feature))
    feature, target, weight = feature[order], target[order], weight[order]
    scale = np.zeros(len(vocabulary.index), np.float32)
    np.maximum.at(scale, feature, np.abs(weight))
    scale = np.where(scale == 0, 1, scale / 127).astype(np.float32)
    starts = np.searchsorted(feature, np.arange(len(vocabulary.index) + 1))
    quantised = np.rint(weight / scale[feature]).astype(np.int8)
    return Classifier(vocabulary, classes, groups, starts, target.astype(np.uint16), quantised, scale, texts)


def _largest(part: Floats, start: int, share: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """(features, columns, weights) of the `share` largest weights of a block."""
    flat = part.ravel()
    chosen = np.argpartition(-np.abs(flat), share)[:share] if flat.size > share else np.arange(flat.size)
    feature, inside = np.divmod(chosen, part.shape[1])
    return feature, inside + start, flat[chosen]


def _solve(matrix: Any, transposed: Any, target: Floats) -> Floats:
    """Weights (features x columns of `target`): conjugate gradients on (X X' + r I) a = y, all columns side by side.

    Stopping after ITERATIONS regularises as well; more changed nothing on held-out phrasings.
    """
    dual, residual, direction = np.zeros_like(target), target.copy(), target
    error = (residual**2).sum(axis=0)
    for _ in range(ITERATIONS):
        image = matrix @ (transposed @ direction) + RIDGE * direction
        step = error / np.maximum((direction * image).sum(axis=0), 1e-12)
        dual += step * direction
        residual -= step * image
        before, error = error, (residual**2).sum(axis=0)
        direction = residual + (error / np.maximum(before, 1e-12)) * direction
    return np.asarray(transposed @ dual, dtype=np.float32)
