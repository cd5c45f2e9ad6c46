"""What the console keeps out of its memory; how much it has is `benchmarks/console.py`'s."""

import json
import subprocess
import sys

from botocore.loaders import JSONFileLoader, create_loader

from helpers.console.models import Files
from tests.conftest import ROOT

LOADED = """
import json, sys
from helpers.console import __main__
__main__._leave_out()
import helpers.console.serving
print(json.dumps([name for name, it in sys.modules.items() if it]))
"""


def test_the_console_loads_nothing_that_it_does_not_need():
    told = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in json.loads(told.stdout)}
    assert "botocore" in loaded
    large = {"matplotlib", "numpy", "pandas", "IPython", "moto", "OpenSSL", "awscrt"}
    assert not loaded & large


def test_a_service_is_known_as_to_botocore_but_for_the_words():
    _, path = create_loader().load_data_with_path("s3/2006-03-01/service-2")
    ours, theirs = Files().load_file(path), JSONFileLoader().load_file(path)
    assert wordless(theirs) == ours
    assert list(ours["shapes"]) == list(theirs["shapes"])
    assert Files().load_file(path + "-none") is None


def wordless(told):
    if isinstance(told, list):
        return [wordless(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        key: "" if key == "documentation" and isinstance(value, str) else wordless(value)
        for key, value in told.items()
    }
