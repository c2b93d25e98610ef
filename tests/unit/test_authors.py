import pytest

from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Автор: Іван Франко", ("Іван Франко",)),
        ("Текст: Олена Пчілка", ("Олена Пчілка",)),
        ("Текстова редакція", ("Текстова редакція",)),
        ("Opracowanie: Jan Kowalski", ("Jan Kowalski",)),
        ("Írta: Nagy János", ("Nagy János",)),
        ("Yazar: Ahmet Yılmaz", ("Ahmet Yılmaz",)),
        ("By John Smith and Jane Doe", ("John Smith", "Jane Doe")),
        ("Іван Франко, Леся Українка", ("Іван Франко", "Леся Українка")),
        ("https://www.facebook.com/ivan", ()),
    ],
)
def test_names_come_without_what_stands_before_them(written, authors):
    page = parse(f'<meta name="author" content="{written}"><p>x'.encode())
    assert read_metadata(page, "https://outlet.example/1").authors == authors
