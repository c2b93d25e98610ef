"""Is what Kordon makes closed to others, whatever the umask?"""

import os
import stat

import pytest

from crawler.store.corpus.local import unused
from crawler.store.folders import private_folder
from crawler.store.search.index import SearchIndex


@pytest.fixture(params=[0o000, 0o022], ids=oct)
def home(request, tmp_path):
    before = os.umask(request.param)
    yield tmp_path / "state" / "kordon"
    os.umask(before)


def search_index(home):
    SearchIndex(home / "search" / "topic.sqlite", version=1).close()


def corpus(home):
    with unused(home / "corpus"):
        pass


@pytest.mark.parametrize("begin", [search_index, corpus])
def test_whoever_makes_the_home_closes_it_and_its_folders(home, begin):
    begin(home)
    folders = [home.parent, home, *(one for one in home.iterdir() if one.is_dir())]
    assert {stat.S_IMODE(one.stat().st_mode) for one in folders} == {0o700}


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    tmp_path.chmod(0o755)
    assert private_folder(tmp_path) == tmp_path
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        private_folder(tmp_path / "file")
