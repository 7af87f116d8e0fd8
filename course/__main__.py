import gc

gc.disable()  # nothing is garbage yet, and looking for some would take a sixth of the start
from course.cli import main  # noqa: E402

gc.enable()
main()
