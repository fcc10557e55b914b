"""What gunicorn is told wherever it is started in this directory; its command line says the rest."""

# The longest that it takes: fifty codes of products do not fit into its usual 4094 bytes.
limit_request_line = 8190
