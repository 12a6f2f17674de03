"""What a user is told of an error: one sentence."""

from facescreen.setup import MissingError, install
from facescreen.setup.needs import extra_of

EXPECTED = {  # what the system saw, and what would have done
    FileExistsError: "is a file, expected a folder or a new name",
    NotADirectoryError: "lies in a file, expected a folder",
    IsADirectoryError: "is a folder, expected a file",
}


def is_for_the_user(error: Exception) -> bool:
    """Whether an error's own words are enough: what the system or this package says."""
    ours = type(error).__module__.startswith("facescreen.")
    return ours or isinstance(error, (OSError, ValueError, ImportError))


def sentence(error: Exception) -> str:
    """An error as one line, with what to do where that is known; trees of folders keep theirs."""
    if type(error) in EXPECTED and error.filename:
        return f"{error.filename} {EXPECTED[type(error)]}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    text, tree = str(error), ""
    if type(error).__module__.startswith("facescreen."):  # in ours, indented lines are a drawing
        text, indent, rest = text.partition("\n    ")
        tree = indent + rest
    words = " ".join(text.split()) or type(error).__name__
    if isinstance(error, ModuleNotFoundError) and (found := extra_of(error.name or "")) is not None:
        return f"{words}, which this needs: `{install(*filter(None, [found]))}` installs it"
    if isinstance(error, ImportError) and not isinstance(error, MissingError):
        return f"{words}; `facescreen doctor` says what to install"
    return words + tree
