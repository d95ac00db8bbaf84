"""One holder at a time."""

from pathlib import Path

from diagpack.case.locking import acquire, release


def test_a_second_holder_is_turned_away_until_the_first_lets_go(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("a+b") as first, (tmp_path / "lock").open("a+b") as second:
        assert acquire(first, wait=False)
        assert not acquire(second, wait=False)

        release(first)

        assert acquire(second, wait=True)
        release(second)
