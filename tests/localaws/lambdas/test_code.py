"""Code and layers: unpacked from zips that nobody trusts."""

import base64
import contextlib
import io
import os
import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.localaws.lambdas import code


def archive(*members, compression=zipfile.ZIP_STORED):
    """A zip of (name, content, unix mode)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            made.writestr(info, content, compression)
    return buffer.getvalue()


def link(name, target):
    """A member that is a symbolic link."""
    return name, target, stat.S_IFLNK | 0o777


def file(name, content="x"):
    return name, content, stat.S_IFREG | 0o644


def strays(outer, folder):
    """What lies in `outer` but not within `folder`, and links that lead out of it."""
    inside = folder.resolve()
    found = []
    for path in outer.rglob("*"):
        try:
            leads_to = path.resolve()
        except (OSError, RuntimeError):  # a link that leads in circles leads nowhere
            leads_to = path.parent.resolve()
        if path != folder.parent and not leads_to.is_relative_to(inside):
            found.append(path)
    return found


HOSTILE = {
    "dots": [file("../evil.txt")],
    "dots within": [file("a/../../evil.txt")],
    "absolute": [file("/evil.txt")],
    "backslashes": [file("..\\evil.txt")],
    "drive": [file("C:/evil.txt")],
    "link out": [link("out", "../..")],
    "absolute link": [link("out", "/etc/passwd")],
    "link then file through it": [link("out", ".."), file("out/evil.txt")],
    "link over a chain": [link("a", "b/.."), link("b", "../x")],
    "link within a linked folder": [file("d/x"), link("e", "d"), link("e/out", "../../y")],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_nothing_leaves_the_folder(tmp_path, members):
    folder = tmp_path / "inner" / "code"
    folder.mkdir(parents=True)
    try:
        code.unpack(archive(*members), folder)
    except code.BadCode as error:
        assert str(error).startswith("Could not unzip uploaded file.")
    assert not strays(tmp_path, folder)
    code.remove(folder)


@pytest.mark.parametrize("name", ["dots", "absolute", "link out", "absolute link"])
def test_what_climbs_out_is_refused(tmp_path, name):
    with pytest.raises(code.BadCode, match="outside its folder"):
        code.unpack(archive(*HOSTILE[name]), tmp_path)
    with pytest.raises(code.BadCode, match="outside its folder"):
        code.check(archive(*HOSTILE[name]))


_part = st.sampled_from(["..", ".", "a", "b", "", "/", "\\", "C:", "~", "a" * 50, "ü", "\x01"])
_name = st.lists(_part, min_size=1, max_size=5).map("/".join)
_member = st.one_of(
    st.tuples(_name, st.just("x"), st.just(stat.S_IFREG | 0o644)),
    st.tuples(_name, _name, st.just(stat.S_IFLNK | 0o777)),
)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_member, max_size=6))
def test_no_made_up_zip_leaves_the_folder(tmp_path_factory, members):
    outer = tmp_path_factory.mktemp("outer")
    folder = outer / "inner" / "code"
    folder.mkdir(parents=True)
    with contextlib.suppress(code.BadCode):
        code.unpack(archive(*members), folder)
    assert not strays(outer, folder)
    code.remove(outer)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 200))
def test_damaged_zips_are_refused_and_nothing_else_happens(tmp_path_factory, noise, at):
    good = archive(file("app.py", "x = 1\n" * 20))
    at %= len(good)
    for damaged in (noise, good[:at] + noise + good[at + len(noise) :], good[:at]):
        folder = tmp_path_factory.mktemp("code")
        with contextlib.suppress(code.BadCode):
            code.unpack(damaged, folder)
        code.remove(folder)


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(3):
            made.writestr(f"zeros{number}", bytes(100_000_000))
    with pytest.raises(code.BadCode, match="smaller than 262144000 bytes"):
        code.unpack(buffer.getvalue(), tmp_path)


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path):
    good = archive(file("zeros", b"0" * 1_000_000))
    # the sizes in the central directory, where zipfile reads them
    at = good.rindex(b"PK\x01\x02") + 24
    lying = good[:at] + (10).to_bytes(4, "little") + good[at + 4 :]
    with pytest.raises(code.BadCode):
        code.unpack(lying, tmp_path)


def test_files_links_and_modes_arrive(tmp_path):
    made = archive(
        file("app.py", "x"),
        ("run.sh", "#!", stat.S_IFREG | 0o755),
        link("lib/again.py", "../app.py"),
    )
    code.unpack(made, tmp_path)
    assert (tmp_path / "lib" / "again.py").read_text() == "x"
    if os.name != "nt":
        assert (tmp_path / "app.py").stat().st_mode & 0o777 == 0o444
        assert (tmp_path / "run.sh").stat().st_mode & 0o111
    code.remove(tmp_path)
    assert not tmp_path.exists()


def test_the_same_code_is_unpacked_once_and_removed_with_its_last_user(tmp_path):
    folders = code.Folders(tmp_path)
    zips = [archive(file("app.py"))]
    first, second = folders.take(zips), folders.take(zips)
    assert first == second
    folders.give_back(first)
    assert (first / "app.py").exists()
    folders.give_back(second)
    assert not list(tmp_path.iterdir())
    assert folders.take(zips) == first


def test_layers_lie_one_over_the_other(tmp_path):
    folders = code.Folders(tmp_path)
    lower, upper = archive(file("a", "1"), file("b", "1")), archive(file("b", "2"))
    folder = folders.take([lower, upper])
    assert [(folder / name).read_text() for name in "ab"] == ["1", "2"]


@pytest.mark.parametrize("content", [b"no zip", archive(file("../x"))])
def test_lambda_refuses_code_that_is_no_zip(functions, content):
    from helpers.localaws.lambdas.errors import InvalidParameter

    encoded = base64.b64encode(content).decode()
    arn = functions.make("def handler(e, c): return 'old'\n")
    with pytest.raises(InvalidParameter, match="Could not unzip uploaded file"):
        functions.backend.update_function_code(arn, None, {"ZipFile": encoded})
    assert functions.value(arn) == "old"
    before = len(list(functions.backend.list_functions()))
    with pytest.raises(InvalidParameter, match="Could not unzip uploaded file"):
        functions.make(Code={"ZipFile": encoded})
    assert len(list(functions.backend.list_functions())) == before


def test_a_function_cannot_change_its_own_code(functions):
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("only a user who is not root is kept from writing")
    arn = functions.make("def handler(e, c): open('/'.join([__file__[:-6], 'new.py']), 'w')\n")
    assert functions.error(arn)["errorType"] == "PermissionError"


def test_bytecode_is_kept_beside_the_code(functions):
    arn = functions.make(
        files={
            "app.py": "import os, helper\ndef handler(e, c): return sorted(os.listdir('.'))\n",
            "helper.py": "x = 1\n",
        }
    )
    assert functions.value(arn) == ["app.py", "helper.py"]
    from helpers.localaws import lambdas

    found = list((lambdas._pools.root / "code").rglob("*.pyc"))
    assert sorted(path.name.split(".")[0] for path in found) == ["app", "helper"]
    assert all("files" not in path.relative_to(lambdas._pools.root).parts[:3] for path in found)


ZEROS = ("zeros", bytes(code.LARGEST + 1), stat.S_IFREG | 0o644)
REFUSED = {name: archive(*members) for name, members in HOSTILE.items()} | {
    "no zip": b"this is none",
    "empty": b"",
}


@pytest.mark.parametrize("name", [*REFUSED, "bomb"])
def test_a_layer_is_refused_when_it_is_published(endpoint, name):
    """In the words that a function's code is refused in; nothing of it is published."""
    content = archive(ZEROS, compression=zipfile.ZIP_DEFLATED) if name == "bomb" else REFUSED[name]
    client = endpoint.client("lambda")
    said = "Unzipped size must be" if name == "bomb" else "Could not unzip uploaded file"
    with pytest.raises(client.exceptions.InvalidParameterValueException, match=said):
        client.publish_layer_version(LayerName="hostile", Content={"ZipFile": content})
    s3 = endpoint.client("s3")
    s3.create_bucket(Bucket="layers-that-are-refused")
    s3.put_object(Bucket="layers-that-are-refused", Key="layer.zip", Body=content)
    with pytest.raises(client.exceptions.InvalidParameterValueException, match=said):
        client.publish_layer_version(
            LayerName="hostile",
            Content={"S3Bucket": "layers-that-are-refused", "S3Key": "layer.zip"},
        )
    assert client.list_layer_versions(LayerName="hostile")["LayerVersions"] == []
