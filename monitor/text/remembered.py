"""Answers about words that come again, kept within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


class Remembered(dict[str, Answer]):
    """What `find` answered for a text, by text; an error is not remembered.

    It holds up to `most` answers, and as many older ones: when it is full it becomes the older one, from which what is asked
    again comes back. So what comes often stays, and what came once is forgotten.
    """

    def __init__(self, find: Callable[[str], Answer], most: int) -> None:
        super().__init__()
        self._find, self._most = find, most
        self._older: dict[str, Answer] = {}

    def __missing__(self, text: str) -> Answer:
        older = self._older  # another thread may put a newer one in its place
        answer = older[text] if text in older else self._find(text)
        if len(self) >= self._most:
            self._older = dict(self)
            self.clear()
        self[text] = answer
        return answer
