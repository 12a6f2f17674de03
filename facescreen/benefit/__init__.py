"""Benefit: does screening help those who train on the images? Two studies, and how they are judged.

Imports `breakage.planted`, `labels`, `quality`, `generation`, `gan`, `evaluation`, `screening`,
`faces` and `images`. Open `design.py` first: what is asked, and what counts as an answer.
`downstream.py` trains classifiers on real and added images that `labeled.py` draws with their
labels, `doses.py` on images damaged on purpose, `second_gan.py` GANs; `study.py` runs all of it and
goes on where it was killed; `results.py` reads what is shipped, `paired.py` asks what it shows.
"""
