"""Sentences that code makes, taken apart into pieces that a catalog knows; numbers are kept.

"Face 5. Pixels at value 255: red 0; largest − smallest 12." is four pieces, "face {1}", "pixels
at value {1}", "red {1}" and "largest − smallest {1}". So the code that makes a sentence needs no
change, and one entry serves every number. An entry may hold words in placeholders by name,
"{group} are lost": what stands in their place is translated in turn, but for {name}, a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# A checksum counts as a number: it changes with the data, and is carried over. So does the {1} of
# a sentence whose numbers are put in later, by a page's script.
_NUMBER = re.compile(r"\{\d+\}|(?<![\w.])(?:[0-9a-f]{8,64}|\d+(?:,\d{3})*(?:\.\d+)?)(?!\w)")
_PLACE = re.compile(r"\{(\d+)\}")
_ANY = re.compile(r"\{(\w+)\}")
_NAMED = re.compile(r"\{([a-z_]+)\}")
# Where a text is cut first. The space goes to neither side.
_CUTS = [re.compile(r"(?<=[.?!])(\s+)"), re.compile(r"(;\s+)"), re.compile(r"(:\s+)")]
_END = re.compile(r"[.:;,!?…]*$")
_FRAME = re.compile(r"(\s*(?:(?:[-*>•]|\d+\.)\s+)*)(.*?)(\s*)$", re.DOTALL)
_MARKED = re.compile(r"(\*+)([^*]+)\1")
_TYPED = "facescreen score:"  # a line that a program reads stays as it is
# Answers to an exercise, as its feedback shows them: a value may be spelled like a rule's name, or
# take several lines, up to the hint. A text may have been said in the language before.
_ANSWERS, _HINT = ("expected", "yours"), "hint"
_CODE = re.compile(
    r"^\w[\w.]*\(|^[\w./\\-]*[_/\\][\w./\\-]*$|^[^a-zA-Z]*$|^</?\w|^&\w+;?$|^(?:None|True|False)$"
)
_WORD = re.compile(r"(?<![\w`])[A-Za-z][a-z]{2,}(?![\w`(])")


def skeleton(piece: str) -> tuple[str, list[str]]:
    """The msgid of a piece, its numbers as {1}, {2} …, and these numbers."""
    numbers = _NUMBER.findall(piece)
    count = iter(range(1, len(numbers) + 1))
    bare = _NUMBER.sub(lambda _: f"{{{next(count)}}}", piece)
    if bare[:1].isupper() and not bare[1:2].isupper():
        bare = bare[0].lower() + bare[1:]
    return bare, numbers


class Sentences:
    """Says texts in another language, piece by piece.

    entries: msgid -> msgstr. `missing` collects the msgids that were asked for and not known.
    """

    def __init__(self, entries: Mapping[str, str]) -> None:
        self.entries = {key: said for key, said in entries.items() if said}
        self.patterns = {key: _pattern(key) for key in self.entries if _NAMED.search(key)}
        self.missing: dict[str, None] = {}
        answers = [*_ANSWERS, *(self.entries.get(word, word) for word in _ANSWERS)]
        self.answer = re.compile(rf"  (?:{'|'.join(map(re.escape, answers))}): +")
        self.hints = tuple(f"  {word}: " for word in (_HINT, self.entries.get(_HINT, _HINT)))

    def say(self, text: str) -> str:
        """A text of several lines; what no entry knows stays as it is."""
        said, answering = [], False
        for line in text.split("\n"):
            answer = self.answer.match(line)
            answering = bool(answer) or (answering and not line.startswith(self.hints))
            words = answer[0] if answer else "" if answering else line
            said.append(self._line(words) + line[len(words) :])
        return "\n".join(said)

    def _line(self, line: str) -> str:
        if line.startswith(_TYPED):
            return line
        if line.lstrip().startswith("|"):
            return "|".join(self._framed(cell) for cell in line.split("|"))
        return self._framed(line)

    def _framed(self, text: str) -> str:
        before, inside, after = _FRAME.match(text).groups()
        return before + self._sentence(inside) + after

    def _sentence(self, text: str) -> str:
        if marked := _MARKED.fullmatch(text):
            return marked[1] + self._sentence(marked[2]) + marked[1]
        if (said := self._known(text)) is not None:
            return said
        for cut in _CUTS:
            first, *rest = cut.split(text, maxsplit=1)
            if rest and first and rest[1]:
                return self._sentence(first) + rest[0] + self._sentence(rest[1])
        key, _ = skeleton(text[: _END.search(text).start()])
        if not _CODE.search(text) and _WORD.search(key):
            self.missing[key] = None
        return text

    def _known(self, text: str) -> str | None:
        end = _END.search(text).start()
        key, numbers = skeleton(text[:end])
        if key in self.entries and not _NAMED.search(key):
            said = _PLACE.sub(lambda place: numbers[int(place[1]) - 1], self.entries[key])
            return said + text[end:]
        for key, pattern in self.patterns.items():
            if found := pattern.fullmatch(text[:end]):
                return self._filled(key, found.groupdict()) + text[end:]
        return None

    def _filled(self, key: str, found: Mapping[str, str]) -> str:
        """An entry's translation, with what its placeholders matched."""

        def value(place: re.Match) -> str:
            if place[1].isdecimal():
                return found[f"_{place[1]}"]
            return found["name"] if place[1] == "name" else self._sentence(found[place[1]])

        return _ANY.sub(value, self.entries[key])


def _pattern(key: str) -> re.Pattern:
    """What an entry with named placeholders matches: numbers where it has {1}, any text else."""
    parts = re.split(r"(\{\w+\})", key)
    made = ""
    for part in parts:
        if _PLACE.fullmatch(part):
            made += f"(?P<_{part[1:-1]}>{_NUMBER.pattern})"
        elif _NAMED.fullmatch(part):
            made += f"(?P<{part[1:-1]}>(?:(?!;\\s|[.?!:]\\s).)+?)"
        else:
            made += re.escape(part)
    return re.compile(made, re.IGNORECASE)


def pieces(texts: Iterable[str], entries: Mapping[str, str]) -> list[str]:
    """The msgids that these texts need, in order, beside those of `entries` with names in braces.

    Any other msgid follows from a text.
    """
    reader = Sentences({key: key for key in entries if _NAMED.search(key)})
    for text in texts:
        reader.say(text)
    return list(reader.missing)
