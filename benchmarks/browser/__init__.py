"""What `bench_browser.py` is made of."""
