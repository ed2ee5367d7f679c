"""Starts phoneprov: `python app.py` serves; `python app.py --help` lists the other commands."""

from phoneprov.cli import main

if __name__ == "__main__":
    main()
