"""Write the project's name and the learner's Python into the new project's samconfig.toml.

`sam init` runs this file inside the new project, with the Python that runs `sam`.
"""

import re
import sys
from pathlib import Path

SUPPORTED = {f"python3.{minor}" for minor in range(11, 15)}  # as in the template's AllowedValues

chosen = "{{ cookiecutter.python_runtime }}"
runtime = chosen if chosen in SUPPORTED else f"python3.{sys.version_info.minor}"
stack = re.sub("[^A-Za-z0-9-]+", "-", Path.cwd().name).strip("-")

config = Path("samconfig.toml")
text = config.read_text(encoding="utf-8")
if stack[:1].isalpha():
    text = re.sub('(?m)^stack_name = ".*"', f'stack_name = "{stack}"', text)
if runtime in SUPPORTED:  # on a Python that Lambda does not know, the template's default stays
    text = re.sub(r"PythonRuntime=python3\.\d+", f"PythonRuntime={runtime}", text)
config.write_text(text, encoding="utf-8")
