"""What tests of the API share: where a topic is, an id that nothing has, and how one asks."""

from served import TOPIC

BASE = f"/api/v1/topics/{TOPIC}"
NONE = "0" * 20  # an id that nothing has


async def got(api, path, status=200, **params):
    """An answer's JSON."""
    answer = await api.get(path, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()
