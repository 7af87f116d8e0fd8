"""`./run bench`: how many requests the real server answers, beside an empty one and the database's own commits."""
