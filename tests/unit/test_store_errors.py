import pytest
import redis.exceptions as failures

from crawler.errors import StoreError
from crawler.store.server.connection import Patience, translated


def raised_from(cause):
    error = failures.ConnectionError("wrapped")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (failures.ConnectionError("Connection refused."), r"cannot be reached \(Connection ref"),
        (
            failures.ConnectionError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"),
            "certificate of Redis is not trusted.*KORDON_REDIS_CA",
        ),
        (failures.TimeoutError("Timeout reading"), "did not answer in time.*SLOWLOG"),
        (failures.AuthenticationError("invalid"), "refuses the user or password.*KORDON_REDIS_URL"),
        (failures.NoPermissionError("no"), "may not do this.*grant"),
        (failures.BusyLoadingError("LOADING"), "still reading its data; try again"),
        (failures.OutOfMemoryError("OOM"), "full; raise its maxmemory"),
        (
            failures.ConnectionError("Error 116 connecting to h:1. [X509: KEY_VALUES_MISMATCH] no"),
            "files for TLS.*KORDON_REDIS_KEY",
        ),
        (failures.ResponseError("DB index is out of range"), "no such database.*smaller number"),
        (failures.ReadOnlyError("READONLY"), "read-only replica.*primary"),
        (failures.ResponseError("MISCONF no disk"), "cannot write to its disk.*make room"),
        (failures.ResponseError("ERR odd."), r"refused a command \(ERR odd\); look at its log"),
        (
            failures.ResponseError(
                "Command # 1 (HSETNX kordon:v1 a b) of pipeline caused error: "
                "('MISCONF Errors writing to the AOF file: No space left on device',)"
            ),
            "^Redis cannot write to its disk.*make room",
        ),
        (
            failures.ResponseError('Command # 2 (X) of pipeline caused error: ("ERR isn\'t",)'),
            r"^Redis refused a command \(ERR isn't\); look at its log",
        ),
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


async def test_attempts_within_attempts_are_counted_once():
    patience, attempts = Patience(1), []

    async def connect():
        attempts.append("connect")
        raise failures.ConnectionError

    async def command():
        await patience.call_with_retry(connect, forget)

    async def forget(_):
        pass

    with pytest.raises(failures.ConnectionError):
        await patience.call_with_retry(command, forget)
    assert attempts == ["connect"] * 2
