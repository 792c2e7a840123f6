"""HTTP in, HTML out; one file per screen. Each view: gate, load, act, answer."""
