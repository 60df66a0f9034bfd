"""``python -m tuition`` is the command line."""

from tuition.cli import main

if __name__ == "__main__":
    main()
