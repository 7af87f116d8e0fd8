"""The tests of the product, in the same folders as the code."""

import gc

# By default Python collects garbage after every 700 new objects, and each time it walks through the whole catalog,
# every app and every parsed page. That took a quarter of the tests' time.
gc.set_threshold(100_000, 20, 20)
