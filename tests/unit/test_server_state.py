import pytest

from crawler.errors import ConfigError, StoreError
from crawler.store.server.state import check_usable, state_of

REDIS = {"redis_version": "7.0.15", "redis_mode": "standalone", "role": "master"}
VALKEY = {"redis_version": "7.2.4", "valkey_version": "9.1.2", "server_mode": "standalone"}


@pytest.mark.parametrize(
    "info",
    [
        REDIS,
        REDIS | {"redis_version": "8.2.1"},
        REDIS | {"redis_version": "255.255.255"},  # a build from source
        REDIS | {"maxmemory_policy": "noeviction"},
        VALKEY,
        VALKEY | {"valkey_version": "8.0.0"},
    ],
)
def test_a_server_of_our_time_that_keeps_every_key_is_taken(info):
    check_usable(info)


@pytest.mark.parametrize(
    ("info", "said"),
    [
        (REDIS | {"redis_version": "6.2.14"}, r"redis 6\.2\.14; Kordon needs Redis 7\.0 .*upgrade"),
        (VALKEY | {"valkey_version": "7.2.5"}, r"valkey 7\.2\.5.*Valkey 8"),
        ({}, "redis unknown"),
        (REDIS | {"maxmemory_policy": "allkeys-lru"}, "allkeys-lru.*noeviction"),
        (REDIS | {"maxmemory_policy": "volatile-ttl"}, "volatile-ttl.*noeviction"),
        (REDIS | {"redis_mode": "cluster"}, "cluster node"),
        (REDIS | {"redis_mode": "sentinel"}, "sentinel node"),
        (VALKEY | {"server_mode": "cluster"}, "cluster node"),
    ],
)
def test_an_unfit_server_is_refused_with_the_remedy(info, said):
    with pytest.raises(ConfigError, match=said):
        check_usable(info)


def test_a_replica_is_the_stores_trouble_since_it_may_be_promoted():
    with pytest.raises(StoreError, match=r"read-only replica.*primary"):
        check_usable(REDIS | {"role": "slave"})


def test_the_connection_that_asked_is_not_counted():
    assert state_of(REDIS | {"connected_clients": 4}).clients == 3


def test_what_a_provider_hides_counts_as_nothing():
    facts = state_of(VALKEY)
    assert facts.version == "valkey 9.1.2"
    assert (facts.loading, facts.memory_bytes, facts.append_only) == (False, 0, False)
