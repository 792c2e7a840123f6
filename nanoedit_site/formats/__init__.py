"""How dates are written where Django itself writes them, by language (FORMAT_MODULE_PATH)."""
