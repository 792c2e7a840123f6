"""A stand-in of the upstream image edits API, as a small HTTP server of its own.

It speaks the API as documented, edits pictures with OpenCV, and can be told to misbehave.
It imports nothing of the application: the application talks to it over HTTP, like to the real one.
"""
