"""Let `sam init --location` take this plain folder for a template.

Cookiecutter, which does the copying, expects a project inside a folder with the odd name below.
It runs this file in a copy of its own, before anything else: the project is moved into one there,
without what commands have made beside it.
"""

import shutil
from pathlib import Path

MADE_BY_COMMANDS = {".aws-sam", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__"}
TEMPLATE_ONLY = {"hooks", "cookiecutter.json"}

here = Path()
for name in MADE_BY_COMMANDS:
    for made in [*here.rglob(name)]:
        shutil.rmtree(made, ignore_errors=True)

files = [path for path in here.iterdir() if path.name not in TEMPLATE_ONLY]
project = here / "{{cookiecutter.project_name}}"
project.mkdir()
for path in files:
    path.rename(project / path.name)
