"""The face GAN: networks, losses, recipes, training, ways to combine faces, checkpoints.

Imports `faces` and `images`, and knows nothing of screening; the two meet in `generation`. Open
`training.py` first: the one loop of every recipe; `moments.py` keeps raw weights on the way. Each
file loads torch itself; entering the room loads nothing.
"""
