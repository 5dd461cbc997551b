"""A real endpoint: asked first, sent no more than its budget, waited for when it says so, its key told nobody."""
