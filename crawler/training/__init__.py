"""Training of the block labeller: labelled pages in, model files and their card out.

Not needed to run Winnow; needs the extra `train`. Start it with `python -m crawler.training CORPORA_DIR`. Labels come
from the corpora themselves and from `annotations/pages.jsonl`, which has those that readers gave to further pages of
the corpora; `python -m crawler.training.annotations CORPORA FILE...` adds to it.
"""
