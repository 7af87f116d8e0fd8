def populate(*a,**k): return []
