from course import create_app
from course.platform import logs

logs.configure()
app = create_app()
