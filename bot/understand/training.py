"""Training the classifier on the phrasings by least squares.

Ridge regression on one-hot classes in its dual form: with feature vectors X (n x f), targets Y (n x k) and penalty r,
(X X' + r I) A = Y and W = X' A, solved by conjugate gradients (Hestenes & Stiefel 1952) with sparse products only. The
same result every time. Against logistic regression on the same features it gave the same accuracy within two questions
in a hundred at a fraction of the time and memory (docs/decisions/0003-classifier.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understand.classifier import Classifier, Weights
from bot.understand.features import Features
from bot.understand.vocabulary import Floats, Vocabulary

RIDGE = 4.0
ITERATIONS = 8
BLOCK = 64
"""Classes solved side by side."""
KEPT = 5_000_000
"""Weights that are kept. Most n-grams say something about a few classes only, and dropping the rest even helped on
held-out phrasings."""


def train(
    features: Callable[[str], Features],
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
    pointers = np.cumsum([0, *(len(row.where) for row in rows)])
    matrix: Any = sparse.csr_matrix(
        (np.concatenate([row.value for row in rows]), np.concatenate([row.where for row in rows]), pointers),
        shape=(len(rows), len(vocabulary)),
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
    feature, target, weight = (np.concatenate(those) for those in zip(*parts, strict=True))
    if len(weight) > KEPT:
        chosen = np.argpartition(-np.abs(weight), KEPT)[:KEPT]
        feature, target, weight = feature[chosen], target[chosen], weight[chosen]
    taught: dict[str, list[str]] = {}
    for text, label in zip(texts, labels, strict=True):
        taught.setdefault(label, []).append(text)
    learnt = {name: tuple(taught[name]) for name in classes}
    weights = Weights.of(feature, target, weight, len(vocabulary), columns)
    rarities = np.array([vocabulary.rarity_of(text) for name in classes for text in learnt[name]], np.float32)
    return Classifier(vocabulary, classes, names, weights, learnt, rarities)


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
