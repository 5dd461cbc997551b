"""HTTP/1.1: connections, requests, response bytes, and who may speak to the control endpoints."""
