"""Training of the block labeller: labelled pages in, model files and their card out.

Not needed to run Winnow; needs the extra `train`. Start it with `python -m crawler.training CORPORA_DIR`.
"""
