"""Each case is collected once and shared by the tests."""

import pytest

from tests.cases.running import Ran, run
from tests.cases.stories import STORIES


@pytest.fixture(scope="session", params=STORIES, ids=[each.__name__ for each in STORIES])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One collected case."""
    return run(request.param(), tmp_path_factory.mktemp("case"))
