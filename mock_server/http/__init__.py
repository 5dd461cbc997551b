"""HTTP/1.1: connections, requests, response bytes, and the guard of the control endpoints."""
