"""The commands of docs/cloudshell.md, written into the page from the notebooks' cells: for authors.

    python -m helpers.walkthrough

The prose of the page is its own. Before a block that comes from a notebook stands which cell it is,
as in `<!-- notebook 05, cell cbc76cf1 -->`, and what is between the fences after it is written
here. A block without such a line is the page's own.
"""

from __future__ import annotations

import re

from helpers.contents import cells
from helpers.stages import ROOT

PAGE = ROOT / "docs" / "cloudshell.md"

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
_TAKEN = re.compile(r"^(<!-- notebook (\d\d), cell (\w+) -->\n)```sh\n.*?^```$", re.M | re.S)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page(text: str) -> str:
    """The page with each block that comes from a notebook as it should be.

    Raises KeyError if a notebook has no such cell, ValueError if a cell is not for a shell.
    """
    return _TAKEN.sub(lambda taken: f"{taken[1]}```sh\n{shell(_cell(*taken.group(2, 3)))}```", text)


def blocks(text: str) -> list[str]:
    """What a reader types: the `sh` blocks of a page, in their order."""
    return _BLOCK.findall(text)


def sections(text: str) -> dict[str, list[str]]:
    """The blocks of each section of a page that has any, by its heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {heading: typed for heading, part in pairs if (typed := blocks(part))}


def shell(source: str) -> str:
    r"""The commands of a cell as bash has them; its Python is left out.

    >>> print(shell("%cd -q demo-sam\n!cd laptop && ls"), end="")
    cd demo-sam
    (cd laptop && ls)
    >>> print(shell('[rule] = !aws events list-rules \\\n    --query "Rules[0].Name"'), end="")
    rule=$(aws events list-rules \
        --query "Rules[0].Name")
    >>> print(shell('run.wait()\n!aws s3 ls s3://{run.bucket} --query "{{Name: Key}}"'), end="")
    aws s3 ls s3://$bucket --query "{Name: Key}"

    Raises ValueError if there is no command in it, or one that bash could not be given.
    """
    typed = [command for line in _logical_lines(source) if (command := _command(line))]
    if not typed:
        raise ValueError(f"there is no command in the cell:\n{source}")
    return "".join(f"{command}\n" for command in typed)


def _cell(number: str, cell_id: str) -> str:
    code = [cell for cell in cells(number) if cell["cell_type"] == "code"]
    sources = {cell["id"]: "".join(cell["source"]) for cell in code}
    if cell_id not in sources:
        raise KeyError(f"notebook {number} has no code cell {cell_id}")
    return sources[cell_id]


def _logical_lines(source: str) -> list[str]:
    """A command that goes on after a backslash is one line."""
    return re.split(r"(?<!\\)\n", source)


def _command(line: str) -> str | None:
    """What a shell is given for a line of a cell; None for Python."""
    if match := re.fullmatch(r"!(.+)", line, re.S):
        command = _expanded(match[1])  # each has a shell of its own: what `cd` does ends with it
        return f"({command})" if command.startswith("cd ") else command
    if match := re.fullmatch(r"\[(\w+)\] = !(.+)", line, re.S):
        return f"{match[1]}=$({_expanded(match[2])})"
    if match := re.fullmatch(r"%cd (?:-q )?(\S+)", line):
        return f"cd {match[1]}"
    if re.match(r"[!%]|\w+ = !", line):  # a list of lines is nothing that bash has
        raise ValueError(f"bash has nothing like it: {line}")
    return None


_TOKEN = re.compile(r"""\{\{ | \}\} | \{([^{}]*)\} | ['"] | \\. | .""", re.X | re.S)


def _expanded(command: str) -> str:
    """A command with IPython's `{name}` as `$name`, and its doubled braces as single ones."""
    quote, out = "", []
    for token in _TOKEN.finditer(command):
        text = token[0]
        if text in ("'", '"') and quote in ("", text):
            quote = "" if quote else text
        elif text in ("{{", "}}"):
            text = text[0]
        elif token[1] is not None:
            text = _variable(token[1], command[token.end() :], quote, command)
        out.append(text)
    return "".join(out)


def _variable(expression: str, rest: str, quote: str, command: str) -> str:
    """`run.arn` is `$arn`: what it is of, a shell does not know."""
    if quote == "'":
        raise ValueError(f"bash puts nothing in between single quotes: {command}")
    if not re.fullmatch(r"\w+(\.\w+)*", expression):
        raise ValueError(f"{expression} is Python, and no name: {command}")
    name = expression.rpartition(".")[2]
    return f"${{{name}}}" if re.match(r"\w", rest) else f"${name}"


if __name__ == "__main__":
    main()
