"""Look at a season that was lived: `python -m bench.season.look FOLDER [--pictures FOLDER]`, as `bench.year.look`."""

import sys

from bench.year.look import main

if __name__ == "__main__":
    sys.exit(main())
