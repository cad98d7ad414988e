"""科协通: an assistant for science associations in enterprises (企业科协)."""

__version__ = "0.2.0"

import os

# One question is far too small to be shared among threads: waking a second one takes longer than the sum, and its memory
# is spent in every process. It counts only before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
