"""Rate limits: buckets, admission, and the headers that tell callers of them."""
