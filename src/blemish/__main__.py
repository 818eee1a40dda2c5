"""``python -m blemish``."""

from blemish.cli import main

main()
