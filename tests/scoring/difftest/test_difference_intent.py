"""Which change between the builds a difference is most likely of."""

from pathlib import Path

import pytest

from scoring.difftest.between import between
from scoring.difftest.intent import Between, Intent
from scoring.git import GitError
from tests.scoring.difftest.records import group
from tests.scoring.histories import Step, build

CHANGES = (
    Between("#17", "Send Vary: Cookie on every page", ("app/headers.py", "tests/test_headers.py")),
    Between("#18", "Users have a shipping address", ("app/views/users.py", "app/models/address.py")),
    Between("#19", "Bump dependencies", ("requirements.txt",)),
    Between("#20", "Orders are paged", ("app/views/orders.py",)),
)


def test_a_group_is_linked_to_the_change_that_names_its_field_and_endpoint() -> None:
    links = Intent(CHANGES).of(group(field="body.shippingAddress", kind="added", endpoint="GET /users/{}"))
    assert [each.change.id for each in links] == ["#18"]
    assert set(links[0].common) == {"shipping", "addres", "user"}
    assert links[0].files == ("app/views/users.py", "app/models/address.py")


def test_a_regression_points_at_its_likeliest_change_first() -> None:
    one = group(
        field="body.orders[*].page", kind="removed", endpoint="GET /orders", description="page of orders is gone"
    )
    assert Intent(CHANGES).of(one)[0].change.id == "#20"


def test_words_that_every_change_has_link_nothing() -> None:
    same = [Between(f"#{number}", "cache warm up", ("app/cache.py",)) for number in range(8)]
    assert Intent(same).of(group(field="body.cache", endpoint="GET /cache")) == []
    assert Intent([]).of(group()) == []


def test_what_lies_between_two_builds_is_read_from_their_repository(tmp_path: Path) -> None:
    steps = [
        Step("Begin", {"app/users.py": b"a\n"}),
        Step("Users have a shipping address", {"app/address.py": b"b\n"}),
        Step("Bump", {"requirements.txt": b"c\n"}),
    ]
    base, _, head = build(tmp_path, steps)
    changes = between(tmp_path, base, head)
    assert [(each.words.strip(), each.files) for each in changes] == [
        ("Bump", ("requirements.txt",)),
        ("Users have a shipping address", ("app/address.py",)),
    ]
    with pytest.raises(GitError):
        between(tmp_path, "nothing", head)
