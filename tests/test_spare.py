"""On a hub boto3 is spared what it does not use; everybody else finds it."""

import subprocess
import sys


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_boto3_does_without_and_who_asks_for_them_has_them():
    code = (
        "import sys\nfrom helpers import spare\nspare.unused_parts()\nspare.unused_parts()\n"
        "import boto3\nboto3.client('s3', region_name='us-east-1')\n"
        "ours = sum(type(one) is spare._NotForBoto3 for one in sys.meta_path)\n"
        "print('awscrt' in sys.modules, 'OpenSSL' in sys.modules, ours)\n"
        "import awscrt, OpenSSL\nprint(awscrt.__name__, OpenSSL.__name__)"
    )
    *found, finders, one, two = run(code)
    assert found == ["False", "False"]
    assert (one, two) == ("awscrt", "OpenSSL")
    assert finders == "1"


def test_they_are_what_boto3_would_import_else():
    code = "import sys, boto3; print('awscrt' in sys.modules, 'OpenSSL' in sys.modules)"
    assert run(code) == ["True", "True"]
