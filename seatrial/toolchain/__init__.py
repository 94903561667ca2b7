"""The upstream programs that our engines are compared with: pins, builds, cache."""
