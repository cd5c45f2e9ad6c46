"""Let `sam init --location` take this plain folder for a template.

Cookiecutter, which does the copying, expects a project inside a folder with the odd name below.
It runs this file in a copy of its own, before anything else: the project is moved into one there.
"""

from pathlib import Path

NO_PART_OF_THE_PROJECT = {
    *("hooks", "cookiecutter.json"),
    *(".aws-sam", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__"),
}

project = Path("{{cookiecutter.project_name}}")
files = [path for path in Path().iterdir() if path.name not in NO_PART_OF_THE_PROJECT]
project.mkdir()
for path in files:
    path.rename(project / path.name)
