"""Settings, URLs, the WSGI application, worker and command line entry points; no behaviour of its own."""
