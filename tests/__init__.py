"""The tests of the product, in the folders of what they test."""

import gc

# Python looks for garbage each time 700 new objects exist, walking through the whole catalog, every app and every
# test's tree. That took a quarter of the tests' time.
gc.set_threshold(100_000, 20, 20)
