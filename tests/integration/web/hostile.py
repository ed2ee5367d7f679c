"""Hostile and awkward inputs for pages, and a way to send them as they are."""

import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pages import Answer, Pages, check_answer

DATA = Path(__file__).parents[2] / "conformance" / "data" / "hostile_inputs.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """One input; refusing it is a defect where it `must_pass`."""

    name: str
    text: str
    must_pass: bool

    @property
    def kept(self) -> str:
        """What is stored of it where it is taken: NFC, without its edges."""
        return unicodedata.normalize("NFC", self.text.strip())


def each_class(*fields: str, without: Collection[str] = ()) -> pytest.MarkDecorator:
    """Run a test once for each class of the inputs meant for any of `fields`, as `hostiles`.

    A lone surrogate is left out: no browser sends one, and the server's parser of forms turns
    the bytes of one into plain text before anything of ours sees it.
    """
    classes: dict[str, list[Hostile]] = {}
    for row in json.loads(DATA.read_text())["inputs"]:
        is_wanted = set(fields) & set(row["fields"]) and row["id"] not in without
        if is_wanted and not re.search("[\ud800-\udfff]", row["input"]):
            one = Hostile(name=row["id"], text=row["input"], must_pass=row["must_accept"])
            classes.setdefault(row["class"], []).append(one)
    return pytest.mark.parametrize("hostiles", classes.values(), ids=classes.keys())


def send(person: Pages, path: str, fields: dict[str, str]) -> Answer:
    """Post a form as it is and hold the answer to the house rules."""
    response = person.client.post(path, data={"csrf_token": person.token(), **fields})
    answer = Answer(response)
    check_answer(answer)
    return answer
