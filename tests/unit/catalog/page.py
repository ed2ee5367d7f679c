"""The tables of docs/catalogue.md, from the catalogue: `python -m tests.unit.catalog.page`."""

import re
from collections.abc import Iterable
from pathlib import Path

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import ButtonKind, KeyRule, ModuleModel, PhoneModel, Vendor

PAGE = Path(__file__).parents[3] / "docs" / "catalogue.md"
CATALOG = load_catalog()
_TABLE = re.compile(r"(?s)(<!-- table (\w+) (\w+) -->\n).*?(<!-- end -->)")


def phone_table(vendor: Vendor) -> list[str]:
    """Return the table of a vendor's phones."""
    rows = [
        "| model | accounts | keys on the front × pages | keys in all | label | modules | not on its keys |",
        "|---|---|---|---|---|---|---|",
    ]
    return rows + [_phone_row(model) for model in CATALOG.models_by_vendor()[vendor]]


def module_table(vendor: Vendor) -> list[str]:
    """Return the table of a vendor's expansion modules."""
    modules = [one for one in CATALOG.module_models.values() if one.vendor is vendor]
    rows = ["| module | keys × pages | keys in all | label | fits | not on its keys |"]
    return [*rows, "|---|---|---|---|---|---|", *(_module_row(one) for one in modules)]


def written() -> str:
    """Return the page with its tables as the catalogue has them now."""

    def fill(match: re.Match[str]) -> str:
        table = {"phones": phone_table, "modules": module_table}[match[3]]
        return match[1] + "\n" + "\n".join(table(Vendor(match[2]))) + "\n\n" + match[4]

    return _TABLE.sub(fill, PAGE.read_text("utf-8"))


def _phone_row(model: PhoneModel) -> str:
    front = f"{model.physical_keys} × {model.pages}" if model.physical_keys else "on the screen"
    front += f" + {model.side_keys}" if model.side_keys else ""
    fits = (f"{CATALOG.module_models[fit.module].name} × {fit.at_most}" for fit in model.modules)
    name = f"{model.name} †" if model.end_of_life else model.name
    cells = (
        name,
        str(model.accounts),
        front if model.line_keys else "none",
        str(model.line_keys),
        str(model.label_chars or "–"),
        ", ".join(fits) or "–",
        _refused(model.key_rules),
    )
    return f"| {' | '.join(cells)} |"


def _module_row(module: ModuleModel) -> str:
    fits = [
        model.name
        for model in CATALOG.phone_models.values()
        if module.slug in {fit.module for fit in model.modules}
    ]
    cells = (
        module.name,
        f"{module.keys_per_page} × {module.pages}",
        str(module.keys),
        str(module.label_chars or "paper"),
        ", ".join(fits) or "no model of this catalogue",
        _refused(module.key_rules),
    )
    return f"| {' | '.join(cells)} |"


def _refused(rules: Iterable[KeyRule]) -> str:
    return "; ".join(dict.fromkeys(_rule(rule) for rule in rules)) or "–"


def _rule(rule: KeyRule) -> str:
    """Return kinds and places of a rule in few words."""
    numbers = sorted(rule.positions)
    span = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else "".join(map(str, numbers))
    kinds = ", ".join(kind.value.replace("_", " ") for kind in ButtonKind if kind in rule.kinds)
    where = f" on key {span}" if numbers else ""
    return f"{kinds or 'anything'}{where}{' without a number' if rule.without_number else ''}"


if __name__ == "__main__":
    PAGE.write_text(written(), "utf-8")
