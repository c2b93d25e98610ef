from crawler.cli.progress import News
from crawler.telemetry import Tally


def test_a_line_is_told_when_something_was_counted_or_taken_up():
    tally, news = Tally(), News()
    assert not news.come(tally, in_flight=0)
    tally.count("poll/modified")
    assert news.come(tally, in_flight=0)
    assert not news.come(tally, in_flight=0)
    assert news.come(tally, in_flight=2)
    assert not news.come(tally, in_flight=2)
