import pytest

from diagpack.model.ref import EvidenceRef
from tests.support.cases import FIVE, KnownCase


@pytest.mark.parametrize("make", FIVE, ids=lambda make: make.__name__)
def test_what_a_case_claims_about_itself_is_in_its_evidence(make: type[KnownCase]) -> None:
    known = make()

    text = known.evidence.resolve(EvidenceRef.parse(known.first_ref))

    assert text is not None
    assert known.request_id in text
