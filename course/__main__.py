import gc

gc.disable()  # nothing is garbage before the app is ready, and collecting took a quarter of the start time
from course.cli import main  # noqa: E402

main()
