"""Each model × each feature, read back as the phone would; `make conformance` prints the table."""

from collections.abc import Callable

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import PhoneModel
from tests.conformance.matrix.features import FEATURES

MODELS = [model for group in load_catalog().models_by_vendor().values() for model in group]


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.slug)
def test_it_is_right_or_has_a_reason(
    model: PhoneModel, feature: str, record_property: Callable[[str, object], None]
) -> None:
    """R8, R9, R74: what a model can't do is said with a reason, all else arrives as meant."""
    record_property("cell", f"{model.vendor.label}|{model.name}|{feature}")
    reason = FEATURES[feature](model)
    assert reason is None or len(reason) > 20
    record_property("reason", reason or "")
