import pytest
import redis.exceptions as failures

from crawler.errors import StoreError
from crawler.store.connection import translated


def raised_from(cause):
    error = failures.ConnectionError("wrapped")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (failures.ConnectionError("Connection refused."), r"cannot be reached \(Connection ref"),
        (failures.TimeoutError("Timeout reading"), "did not answer in time.*SLOWLOG"),
        (failures.AuthenticationError("invalid"), "refuses the user or password.*KORDON_REDIS_URL"),
        (failures.NoPermissionError("no"), "may not do this.*grant"),
        (failures.BusyLoadingError("LOADING"), "still reading its data; try again"),
        (failures.OutOfMemoryError("OOM"), "full; raise its maxmemory"),
        (failures.ReadOnlyError("READONLY"), "read-only replica.*primary"),
        (failures.ResponseError("MISCONF no disk"), "refused a command: MISCONF"),
        (raised_from(StoreError("the server did not start")), "^the server did not start$"),
    ],
)
def test_each_error_of_redis_becomes_one_sentence(error, said):
    with pytest.raises(StoreError, match=said) as translation, translated():
        raise error
    assert translation.value.__cause__ is error


def test_an_error_of_our_own_passes_unchanged():
    with pytest.raises(ZeroDivisionError), translated():
        _ = 1 / 0
