"""The client of the paid API against real sockets. README.md says which test covers which duty."""
