import gc

gc.disable()  # until the app stands nothing is garbage, and looking for some took a quarter of the start
from course.cli import main  # noqa: E402

main()
