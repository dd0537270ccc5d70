import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.schemas import clean
from vdata.schemas.uri import locate, name_uri, to_uri

NAMES = st.binary(min_size=1, max_size=300).map(os.fsdecode)


@given(NAMES)
def test_any_path_goes_to_a_uri_and_back(path: str) -> None:
    uri = to_uri(path)
    assert uri.encode("utf-8")
    assert clean(uri) == uri
    assert os.fsencode(locate(uri)) == os.fsencode(path)


@given(st.text() | NAMES, st.text() | NAMES)
def test_names_in_label_files_stay_apart(one: str, other: str) -> None:
    assert clean(name_uri(one)) == name_uri(one)
    assert (name_uri(one) == name_uri(other)) == (one == other)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("clips/été 1.mp4", "clips/été 1.mp4"),
        ("/data/[1080p] 100%.mp4", "/data/[1080p] 100%.mp4"),
        ("a\udcff.mp4", "file:a%FF.mp4"),
        ("/a\n.mp4", "file:///a%0A.mp4"),
        ("s3://b/a.mp4", "file:s3%3A//b/a.mp4"),
    ],
)
def test_only_odd_paths_are_encoded(path: str, uri: str) -> None:
    assert to_uri(path) == uri


def test_a_relative_uri_is_joined_to_the_base_and_a_url_is_not() -> None:
    assert locate("a/b.mp4", Path("/data")) == "/data/a/b.mp4"
    assert locate("file:b%FF.mp4", "/data") == "/data/b\udcff.mp4"
    assert locate("/abs.mp4", "/data") == "/abs.mp4"
    assert locate("s3://b/a.mp4", "/data") == "s3://b/a.mp4"


def test_a_file_in_a_package_is_found_without_importing_it() -> None:
    path = locate("pkg://hypothesis/internal/conjecture/data.py")
    assert path.endswith("hypothesis/internal/conjecture/data.py")
    assert os.path.isfile(path)
    with pytest.raises(ModuleNotFoundError, match="'no_such_package' is not installed"):
        locate("pkg://no_such_package/a.mp4")
