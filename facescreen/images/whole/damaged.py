"""The error of a file that is not whole."""


class Damaged(Exception):
    """What a file promises does not hold; the message goes on after "damaged: "."""
