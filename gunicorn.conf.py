"""What gunicorn reads by itself where it is started: see README, "Production"."""

# A search with all its conditions in Japanese is longer than the 4,094 bytes of the default.
limit_request_line = 8190
worker_class = "jst_objectives.serving.Worker"
