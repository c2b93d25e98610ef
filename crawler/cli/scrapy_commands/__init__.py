"""What `scrapy` does differently in this project; named by COMMANDS_MODULE in `settings.py`."""
