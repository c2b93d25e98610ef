"""`kordon evaluate`: quality on labelled data, of duplicates and of reading."""

from crawler.cli.evaluate_dedup import evaluate_dedup
from crawler.cli.evaluate_reading import app

app.command("dedup")(evaluate_dedup)

__all__ = ["app"]
