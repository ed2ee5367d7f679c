"""Print the matrix of what was tried: vendor, model, feature."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--matrix`."""
    parser.addoption("--matrix", action="store_true", help="print the table of models × features")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What came out for one feature of one model."""

    vendor: str
    model: str
    feature: str
    is_right: bool
    reason: str

    @property
    def mark(self) -> str:
        """The cell as it is printed."""
        if not self.is_right:
            return "BAD"
        return "-" if self.reason else "ok"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table, the reasons of its empty cells, and the counts."""
    if not config.getoption("--matrix", default=False):
        return
    reports = [r for word in ("passed", "failed") for r in terminalreporter.getreports(word)]
    cells = list(_cells(reports))
    by_vendor: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_vendor[cell.vendor].append(cell)
    for vendor, ours in by_vendor.items():
        terminalreporter.section(vendor)
        for line in _table(ours):
            terminalreporter.write_line(line)
    terminalreporter.section("conformance")
    wrong = [cell for cell in cells if not cell.is_right]
    unknown = [cell for cell in wrong if cell.feature == "names"]
    terminalreporter.write_line(
        f"{len(cells)} cells; models with unknown parameters: {len(unknown)}; "
        f"mismatches: {len(wrong) - len(unknown)}; "
        f"empty with a reason: {sum(bool(cell.reason) for cell in cells)}"
    )


def _cells(reports: Iterable[pytest.TestReport]) -> Iterable[Cell]:
    for report in reports:
        told = dict(report.user_properties)
        if report.when == "call" and "cell" in told:
            vendor, model, feature = str(told["cell"]).split("|")
            yield Cell(
                vendor=vendor,
                model=model,
                feature=feature,
                is_right=report.passed,
                reason=str(told.get("reason", "")),
            )


def _table(cells: list[Cell]) -> Iterable[str]:
    features = list(dict.fromkeys(cell.feature for cell in sorted(cells, key=lambda c: c.feature)))
    marks = {(cell.model, cell.feature): cell.mark for cell in cells}
    models = sorted({cell.model for cell in cells})
    wide = max(len(model) for model in models)
    for number, feature in enumerate(features, start=1):
        yield f"  {number:>2} {feature}"
    yield " " * wide + "".join(f"{number:>4}" for number in range(1, len(features) + 1))
    for model in models:
        row = "".join(f"{marks.get((model, feature), '?'):>4.4}" for feature in features)
        yield f"{model:<{wide}}{row}"
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in cells:
        if cell.reason:
            reasons[cell.feature, cell.reason].append(cell.model)
    for (feature, reason), which in sorted(reasons.items()):
        names = "all" if len(which) == len(models) else ", ".join(sorted(which))
        yield f"  - {feature}: {reason} [{names}]"
