"""Files that stand for everybody: no MAC in their name, no secret in them."""

from phoneprov.catalog.catalog import Catalog
from phoneprov.provisioning.check_page import CHECK_FILE, answer_check
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask, make_answers
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import VendorFile

MOST_KEPT = 500


class CommonFiles:
    """Answers names like `spa504G.cfg` or `000000000000.cfg`; the same for whoever asks."""

    def __init__(self, catalog: Catalog, prov_url: str) -> None:
        self._catalog = catalog
        self._prov_url = prov_url
        self._kept: dict[tuple[int, str], VendorFile] = {}

    def answer(self, ask: Ask, name: str) -> Answer:
        """Return the file, or the one refusal when no vendor's firmware asks for such a name."""
        if ask.method not in {"GET", "HEAD"}:
            return NOT_FOUND
        if name.lower() == CHECK_FILE:
            return answer_check(ask)
        file = self._kept.get((self._catalog.version, name.lower())) or self._write(name)
        if file is None:
            return NOT_FOUND
        answers = make_answers(file.body, file.content_type)
        return answers.choose(if_none_match=ask.if_none_match, is_head=ask.method == "HEAD")

    def _write(self, name: str) -> VendorFile | None:
        version = self._catalog.version
        model = self._catalog.find_model_by_file(name)
        writers = [WRITERS[model.vendor]] if model else list(WRITERS.values())
        for writer in writers:
            file = writer.write_common_file(model, name, self._prov_url)
            if file is not None:
                if len(self._kept) >= MOST_KEPT:
                    self._kept.clear()
                self._kept[version, name.lower()] = file
                return file
        return None
