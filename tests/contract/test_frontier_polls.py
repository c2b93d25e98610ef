"""What a poll leaves behind."""

from dataclasses import replace

import pytest
from frontiers import DAY, HOUR, LEASE, ME, OTHER, SECOND, START, a_feed, an_entry, claim_one, poll


async def test_a_poll_queues_what_was_not_seen_before(frontier, clock):
    assert await poll(frontier, an_entry("one"), an_entry("two"), next_poll=START + SECOND) == 2
    clock.advance(SECOND)
    assert await poll(frontier, an_entry("two"), an_entry("three")) == 1
    assert (await frontier.census()).due == 3


async def test_news_decides_which_state_a_poll_leaves(frontier, clock):
    for outcome, due in (("with news", HOUR), ("quiet", 2 * HOUR)):
        await frontier.register([a_feed()])
        claim = await claim_one(frontier, entries=False)
        news = replace(claim.state, last_outcome="with news", next_poll=START + HOUR)
        quiet = replace(claim.state, last_outcome="quiet", next_poll=START + 2 * HOUR)
        await frontier.commit_poll(claim, news, [an_entry("one")], quiet=quiet)
        [state] = await frontier.feeds()
        assert (state.last_outcome, state.next_poll) == (outcome, START + due)
        clock.advance(HOUR)


async def test_an_entry_listed_twice_in_one_poll_is_one_entry(frontier):
    assert await poll(frontier, an_entry("one"), an_entry("one")) == 1


async def test_entries_are_claimed_in_the_order_listed(frontier, clock):
    await poll(frontier, *(an_entry(name) for name in "cab"))
    names = []
    for _ in range(3):
        clock.advance(SECOND)
        claim = await claim_one(frontier)
        names.append(claim.entry.id)
        await frontier.done(claim)
    assert names == ["c", "a", "b"]


async def test_an_entry_comes_back_as_it_was_listed(frontier, clock):
    entry = an_entry(
        "one", title="Кордон ’26 \U0001f69b", summary="a b\nc", language="uk",
        published=START - HOUR, discovered=START,
    )  # fmt: skip
    await poll(frontier, entry)
    clock.advance(SECOND)
    claim = await claim_one(frontier)
    assert (claim.entry, claim.attempts) == (entry, 0)


async def test_half_a_character_in_a_title_does_not_stop_the_poll(frontier, clock):
    assert await poll(frontier, an_entry("one", title="cut \ud83d"), an_entry("two")) == 2


async def test_an_entry_without_a_usable_address_still_gets_its_verdict(frontier, clock):
    odd = replace(an_entry("one"), url="mailto:nobody")
    await poll(frontier, odd, an_entry("two"))
    clock.advance(SECOND)
    claims = await frontier.claim(ME, 9)
    assert {claim.entry.id for claim in claims} == {"one", "two"}


async def test_a_seen_mark_is_kept_while_the_entry_is_listed_and_forgotten_after(frontier, clock):
    await poll(frontier, an_entry("listed"), an_entry("dropped"))
    for _ in range(2):
        clock.advance(SECOND)
        await frontier.done(await claim_one(frontier))
    clock.advance(50 * DAY)
    assert await poll(frontier, an_entry("listed")) == 0
    clock.advance(50 * DAY)
    assert await poll(frontier, an_entry("listed"), an_entry("dropped")) == 1


async def test_a_revised_entry_is_queued_again_and_counts_as_seen(frontier, clock):
    await poll(frontier, an_entry("a"), an_entry("b"))
    for _ in range(2):
        clock.advance(SECOND)
        await frontier.done(await claim_one(frontier))
    clock.advance(HOUR)
    revised = replace(an_entry("a"), title="Corrected")
    claim = await claim_one(frontier)
    news, quiet = (replace(claim.state, next_poll=START + 9 * HOUR, last_outcome=outcome)
                   for outcome in ("news", "quiet"))  # fmt: skip
    listed = [revised, an_entry("b")]
    assert await frontier.commit_poll(claim, news, listed, quiet=quiet, again=["a"]) == 0
    assert (await frontier.feeds())[0].last_outcome == "quiet"
    clock.advance(SECOND)
    again = await claim_one(frontier)
    assert (again.entry, again.attempts) == (revised, 0)
    await frontier.done(again)
    clock.advance(SECOND)
    assert await frontier.claim(ME, 9) == []


async def test_a_revised_entry_that_waits_is_under_way_or_dead_stays_so(frontier, clock):
    entries = [an_entry(name, host=f"{name}.example") for name in ("dead", "leased", "waits")]
    await poll(frontier, *entries)
    clock.advance(SECOND)
    claims = {claim.entry.id: claim for claim in await frontier.claim(ME, 9)}
    await frontier.bury(claims["dead"], "http-403")
    await frontier.retry(claims["waits"], START + 99 * HOUR, "timeout")
    before = [await frontier.entries(state, 9) for state in ("dead", "leased", "waiting")]
    await frontier.hasten()
    (claim,) = await frontier.claim(OTHER, 9, entries=False)
    state = replace(claim.state, next_poll=START + 9 * HOUR)
    again = [entry.id for entry in entries]
    assert await frontier.commit_poll(claim, state, entries, again=again) == 0
    after = [await frontier.entries(state, 9) for state in ("dead", "leased", "waiting")]
    assert after == before
    assert [len(some) for some in after] == [1, 1, 1]


async def test_a_poll_of_two_thousand_entries_is_one_step(frontier, clock):
    entries = [an_entry(f"e{n:04}", host=f"h{n % 7}.example") for n in range(2_000)]
    assert await poll(frontier, *entries, next_poll=START + SECOND) == 2_000
    assert (await frontier.census()).due == 2_000
    clock.advance(SECOND)
    assert await poll(frontier, *entries, *(an_entry(f"new{n}") for n in range(5))) == 5


async def test_a_repeated_commit_changes_nothing_more(frontier, clock):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    state = replace(claim.state, next_poll=START + HOUR)
    assert await frontier.commit_poll(claim, state, [an_entry("one")]) == 1
    before = await frontier.census()
    assert await frontier.commit_poll(claim, state, [an_entry("one"), an_entry("two")]) is None
    assert await frontier.census() == before


async def test_a_poll_whose_lease_was_lost_changes_nothing(frontier, clock):
    await frontier.register([a_feed()])
    slow = await claim_one(frontier)
    clock.advance(LEASE)
    quick = await claim_one(frontier, OTHER)
    late = replace(slow.state, next_poll=START + 9 * HOUR, last_outcome="late")
    assert await frontier.commit_poll(slow, late, [an_entry("one")]) is None
    assert (await frontier.feeds())[0].last_outcome == ""
    assert await frontier.claim(ME, 9) == []  # the turn is still the other's
    right = replace(quick.state, next_poll=START + HOUR, last_outcome="modified")
    assert await frontier.commit_poll(quick, right, [an_entry("one")]) == 1


async def test_a_poll_without_its_next_instant_is_refused(frontier):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    with pytest.raises(ValueError, match="next"):
        await frontier.commit_poll(claim, replace(claim.state, next_poll=None), [])
