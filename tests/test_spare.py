"""On a hub a process is spared what it does not use; who asks for it has it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_boto3_does_without_and_who_asks_for_them_has_them():
    code = (
        "import sys\nfrom helpers import spare\nspare.unused_parts()\nspare.unused_parts()\n"
        "import boto3\nboto3.client('s3', region_name='us-east-1')\n"
        "ours = sum(type(one) is spare._ForBoto3 for one in sys.meta_path)\n"
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


def test_boto3_makes_plain_dicts_of_models():
    """Hook: botocore.loaders.OrderedDict, which JSONFileLoader gives to `json.loads`."""
    code = (
        "from botocore.loaders import Loader\n"
        "plain = Loader().load_service_model('dynamodb', 'service-2')\n"
        "from helpers import spare\nspare.unused_parts()\n"
        "ours = Loader().load_service_model('dynamodb', 'service-2')\n"
        "print(type(plain).__name__, type(ours).__name__, plain == ours)\n"
    )
    assert run(code) == ["OrderedDict", "dict", "True"]
    before = "from helpers import spare\nspare.unused_parts()\n"
    after = before + (
        "import boto3, inspect\nfrom botocore import loaders\n"
        "print(loaders.OrderedDict is dict, 'class Loader' in inspect.getsource(loaders))"
    )
    assert run(after) == ["True", "True"]


HUB = {
    "jupyterhub/__init__.py": "",
    "jupyterhub/handlers/__init__.py": "from . import pages",
    "jupyterhub/handlers/pages.py": "import sqlalchemy\nclass HealthCheckHandler: real = True",
    "jupyterhub/orm.py": "import sqlalchemy\nclass User: real = True",
    "jupyterhub/roles.py": "from . import orm",
    "jupyterhub/log.py": "from .handlers.pages import HealthCheckHandler",
    "jupyterhub/scopes.py": "import sqlalchemy as sa\nfrom . import orm, roles",
    "jupyterhub/utils.py": "from sqlalchemy.exc import SQLAlchemyError",
    "jupyterhub/singleuser.py": (
        "import sys\nfrom . import log, scopes, utils\n"
        "def main():\n"
        "    spared = 'sqlalchemy' not in sys.modules\n"
        "    print('spared' if spared else 'whole', *sys.argv[1:], scopes.orm.User.real,\n"
        "          'sqlalchemy' in sys.modules)\n"
        "    import sqlalchemy.exc\n    print(sqlalchemy.exc.SQLAlchemyError.real)\n"
    ),
    "sqlalchemy/__init__.py": "",
    "sqlalchemy/exc.py": "class SQLAlchemyError(Exception): real = True",
}
"""What of JupyterHub 5 and 6 imports what; the rehearsal of a class has the real one."""


def a_server(folder, files):
    """Start a hub's server for a learner with these packages; what it prints."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = folder / "jupyterhub-singleuser"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nprint('plain')\n"
        "from jupyterhub.singleuser import main\nmain()\n"
    )
    script.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "helpers.singleuser", str(script), "--one"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_learners_server_is_spared_the_hubs_own_parts(tmp_path):
    """And who asks for one of them later has the real one."""
    assert a_server(tmp_path, HUB) == ["spared --one True True", "True"]


@pytest.mark.skipif(os.name == "nt", reason="JupyterHub does not run on Windows")
def test_a_hub_that_needs_more_of_them_is_started_as_ever(tmp_path):
    more = {"jupyterhub/log.py": "from .handlers.pages import HealthCheckHandler, Another"}
    pages = HUB["jupyterhub/handlers/pages.py"] + "\nclass Another: pass"
    found = a_server(tmp_path, HUB | more | {"jupyterhub/handlers/pages.py": pages})
    assert found == ["plain", "whole --one True True", "True"]
