"""What can be wrong with the catalogue."""

from phoneprov.core.errors import PhoneprovError


class CatalogError(PhoneprovError):
    """Catalogue files with mistakes; `mistakes` has one line for each, with file and place."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
