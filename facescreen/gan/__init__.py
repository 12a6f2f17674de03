"""The face GAN: networks, losses, training, ways to combine faces, checkpoints.

Knows nothing of screening; the two meet in `facescreen.generation`. Importing this package loads
nothing; each module below loads torch itself.
"""
