"""What a user is told of an error: one sentence."""


def is_for_the_user(error: Exception) -> bool:
    """Whether an error's own words are enough: what the system or this package says."""
    ours = type(error).__module__.startswith("facescreen.")
    return ours or isinstance(error, (OSError, ValueError, ImportError))


def sentence(error: Exception) -> str:
    """An error as one line, with what to do where that is known; trees of folders keep theirs."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    text, tree = str(error), ""
    if type(error).__module__.startswith("facescreen."):  # in ours, indented lines are a drawing
        text, indent, rest = text.partition("\n    ")
        tree = indent + rest
    words = " ".join(text.split()) or type(error).__name__
    if isinstance(error, ImportError):
        return f"{words}; `facescreen doctor` says what to install"
    return words + tree
