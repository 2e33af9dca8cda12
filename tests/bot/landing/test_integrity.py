"""What landed by itself is compared with what was approved, on the sandbox: a difference stops the repository."""

from landing_home import Home

from bot.sandbox.git import Git


def test_what_landed_as_something_else_stops_the_repository_until_a_person_resumes_it(home: Home) -> None:
    number = home.open()
    home.clock.forward(minutes=50)
    waiting = home.open("docs/other.md")
    home.clock.forward(minutes=11)
    home.land()
    git, pull = Git(home.folder), home.box.pull(home.name, number)
    landed = git.commits(str(pull.merge_commit_sha), limit=1)[0]
    # the forge's own fault: the branch holds a commit that changes nothing
    stale = git.write_commit(
        git.commits(landed.parents[0], limit=1)[0].tree, list(landed.parents), "landed", landed.author
    )
    git.set_ref("refs/heads/main", stale)
    pull.merge_commit_sha = stale
    home.compare()
    (different,) = [each for each in home.landings() if each.number == number]
    stop = home.stage.app.store.automatic_landings.stopped(home.id)
    assert (different.verified, stop is not None) == ("different", True)
    assert stop is not None
    assert f"#{number} landed as something else than was approved" in stop.because
    home.later(hours=2)
    assert home.box.pull(home.name, waiting).merged_at is None
    assert home.stage.app.store.automatic_landings.resume(home.id, at=home.clock(), by="maya", because="mended")
