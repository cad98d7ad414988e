"""Making the classifier from content, and keeping it by content hash."""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.content.models import Content
from bot.understand.classifier import FORMAT, Classifier
from bot.understand.cutting import Lexicon
from bot.understand.decide import Decision
from bot.understand.engine import Understander
from bot.understand.features import Featuriser
from bot.understand.match import class_groups, class_phrasings
from bot.understand.region import Places
from bot.understand.training import train

log = logging.getLogger(__name__)

KEPT_MODELS = 3
"""Cached models that are kept: this content's, and two others that may be wanted again."""


def featuriser_for(content: Content, folder: Path | None = None) -> Featuriser:
    """The featuriser that model and live chat share. `folder`: where models are kept."""
    return Featuriser(content.words, Places(content.regions, ()).names, Lexicon.kept(folder) if folder else None)


def labelled(content: Content, featuriser: Featuriser) -> tuple[list[str], list[str]]:
    """Normalised phrasings and their class ids."""
    texts, labels = [], []
    for name, asks in class_phrasings(content).items():
        for ask in asks:
            normal = featuriser.normalise(ask)
            if normal:
                texts.append(normal)
                labels.append(name)
    return texts, labels


def make(content: Content) -> Classifier:
    """Train on all phrasings."""
    featuriser = featuriser_for(content)
    texts, labels = labelled(content, featuriser)
    return train(featuriser.features, texts, labels, class_groups(content))


def model_path(content: Content, folder: Path) -> Path:
    """Where the model of this content is kept: named by what it is trained on, so that a mended answer needs no new
    training and a new phrasing does."""
    words = content.words
    taught = [
        sorted(class_phrasings(content).items()),
        sorted(class_groups(content).items()),
        words.terms,
        sorted(words.synonyms.items()),
        sorted(words.typos.items()),
    ]
    places = sorted(Places(content.regions, ()).names.items())
    digest = hashlib.sha256(json.dumps([taught, places], ensure_ascii=False).encode()).hexdigest()[:16]
    return folder / f"model-{FORMAT}-{digest}.npz"


def load_or_make(content: Content, folder: Path) -> Classifier:
    """The classifier for this content: from the cache, else trained now.

    Training runs in a process of its own, so that its memory is given back and scipy is never loaded here.
    """
    path = model_path(content, folder)
    if path.exists():
        try:
            return Classifier.read(path)
        except ValueError:
            log.warning("cached model unreadable, making it anew")
            path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=folder) as work:
        # What is taught is handed over in a file: the content files may change while the model is made.
        lesson = Path(work) / "lesson.pickle"
        taught = (*labelled(content, featuriser_for(content)), class_groups(content))
        lesson.write_bytes(pickle.dumps((content.words, content.regions, *taught)))
        subprocess.run([sys.executable, "-m", __name__, lesson, path], check=True, stdin=subprocess.DEVNULL)
    log.info("model made in %.1f s", time.perf_counter() - started)
    for old in sorted(folder.glob("model-*.npz"), key=lambda p: p.stat().st_mtime)[:-KEPT_MODELS]:
        old.unlink(missing_ok=True)
    return Classifier.read(path)


def understander(content: Content, folder: Path) -> Understander:
    """Everything understanding needs, ready to use."""
    return Understander(content, load_or_make(content, folder), featuriser_for(content, folder), Decision.read())


def main() -> None:
    """python -m bot.understand.model LESSON MODEL: train on what `load_or_make` handed over, and save."""
    lesson, path = map(Path, sys.argv[1:3])
    words, regions, texts, labels, groups = pickle.loads(lesson.read_bytes())  # written a moment ago by our own parent
    featuriser = Featuriser(words, Places(regions, ()).names)
    train(featuriser.features, texts, labels, groups).save(path)


if __name__ == "__main__":
    main()
