"""`./run bench` measures the real server and compares it with an empty request and the database's own commits."""
