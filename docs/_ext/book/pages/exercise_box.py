"""The directive that shows an exercise.

::

    .. exercise:: introduction-pin

shows the task of tests/exercises/introduction-pin in a box: what to do, the starter,
the commands to type, the hint folded away, and on which kernels its grader was last
tried with our solution and the wrong ones. The build fails where the starter is
missing. Links name it exercise-introduction-pin.
"""

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ..files.exercises import Task, TaskError, find_starter, read_task, task_file
from ..files.kernels import KernelsError
from ..files.samples import LANGUAGES
from .buttons import buttons
from .folded import fold, folded
from .kernel_matrix import badge


class ExerciseDirective(SphinxDirective):
    """Show an exercise."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        name = self.arguments[0]
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(task_file(name)))
        try:
            task = read_task(root, name)
            ran = badge(self.env, "exercises", name)
        except (TaskError, KernelsError) as error:
            raise self.error(str(error)) from error
        starter = find_starter(root, name)
        if starter is None:
            raise self.error(
                f"no tests/exercises/{name}/starter.c or .sh: "
                f"tests/exercises/cut {name} writes it"
            )
        label = f"exercise-{name}"
        box = nodes.admonition(classes=["exercise"], names=[label], ids=[label])
        self.state.document.note_explicit_target(box, box)
        box += nodes.title(name, "", *self.heading(name, task))
        self.parse(self.body(name, task), str(task_file(name)), task.line, box)
        for hint in list(box.findall(nodes.hint)):
            hint.replace_self(fold("Hint", hint.children))
        listing: nodes.Element = nodes.Element()
        self.parse(literal_include(starter), str(starter), 0, listing)
        place = box.first_child_matching_class(folded)
        starter_box = fold("The starter", listing.children)
        at = len(box) if place is None else place
        box[at:at] = [*buttons(self.env, "try", name), starter_box]
        box += ran
        return [box]

    def heading(self, name: str, task: Task) -> list[nodes.Node]:
        """Return the title of the box: what kind of box, and what it is about."""
        return [nodes.Text(f"Exercise {name}: {task.title}")]

    def body(self, name: str, task: Task) -> str:
        """Return the task with the commands, which stand before the hint."""
        text, hint, rest = task.body.partition(".. hint::")
        return f"{text}{commands(name)}\n{hint}{rest}"

    def parse(self, text: str, source: str, line: int, node: nodes.Element) -> None:
        """Read reStructuredText into a node."""
        lines = text.splitlines()
        items = [(source, line + number) for number in range(len(lines))]
        self.state.nested_parse(StringList(lines, items=items), 0, node)


def commands(name: str) -> str:
    """Return what to type, as a block that a reader can copy."""
    return (
        f"::\n\n   make start E={name}\n   make try E={name}\n   make hint E={name}\n"
    )


def literal_include(starter: Path) -> str:
    """Return the directive that shows the starter."""
    return (
        f".. literalinclude:: /{starter}\n"
        f"   :language: {LANGUAGES[starter.suffix]}\n"
        "   :linenos:\n"
    )


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("exercise", ExerciseDirective)
