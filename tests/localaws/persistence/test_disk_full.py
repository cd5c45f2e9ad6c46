"""The disk is full: the endpoint goes on, says so, and writes again when there is room."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

INSIDE = r"""
import json, os, signal, sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.conftest import an_endpoint
from tests.workshop import until

home, said = Path({home!r}), {{}}
with an_endpoint(home / "localaws") as endpoint:
    dynamodb, s3 = endpoint.client("dynamodb"), endpoint.client("s3")
    dynamodb.create_table(
        TableName="table", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{{"AttributeName": "id", "KeyType": "HASH"}}],
        AttributeDefinitions=[{{"AttributeName": "id", "AttributeType": "S"}}])
    s3.create_bucket(Bucket="bucket")
    time.sleep(1)
    with (home / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
    for number in range(20):
        item = {{"id": {{"S": str(number)}}, "x": {{"S": "y" * 2000}}}}
        dynamodb.put_item(TableName="table", Item=item)
    s3.put_object(Bucket="bucket", Key="k", Body=b"z" * 100_000)
    state = lambda: endpoint.control("/_local/status")["state"]
    said["trouble"] = until(lambda: state()["trouble"], pause=0.1)
    said["status"] = endpoint.command("status").stdout
    said["answered"] = dynamodb.scan(TableName="table")["Count"]
    said["object"] = len(s3.get_object(Bucket="bucket", Key="k")["Body"].read())
    (home / "filler").unlink()
    until(lambda: not state()["trouble"], 60, pause=0.1)
    said["trouble after"] = state()["trouble"]
    said["log"] = (home / "localaws" / "endpoint.log").read_text()
    os.kill(endpoint.control("/_local/status")["pid"], signal.SIGKILL)
    endpoint.command("start", check=True)
    said["kept"] = dynamodb.scan(TableName="table")["Count"]
    said["kept object"] = len(s3.get_object(Bucket="bucket", Key="k")["Body"].read())
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What an endpoint said whose folder is on a disk of its own, of 12 MB."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here: a small disk cannot be mounted")
    home = tmp_path_factory.mktemp("disk")
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    small = f"mount -t tmpfs -o size=12m none '{home}' && "
    if subprocess.run([*mount, small + "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a small disk in a namespace of his own")
    script = INSIDE.format(root=str(ROOT), home=str(home))
    done = subprocess.run(
        [*mount, small + 'exec "$0" -c "$1"', sys.executable, script],
        cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_it_goes_on_answering(said):
    assert (said["answered"], said["object"]) == (20, 100_000)


def test_it_says_so(said):
    assert "cannot be written" in said["trouble"] and "Free some space" in said["trouble"]
    assert "cannot be written" in said["status"]
    assert "Traceback" not in said["log"]


def test_it_writes_again_when_there_is_room(said):
    assert said["trouble after"] is None
    assert (said["kept"], said["kept object"]) == (20, 100_000)
