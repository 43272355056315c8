"""The oracle of the statistics, which is beside their reference: subgraphs/statistiques/src/reference/oracle.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "subgraphs/statistiques/src/reference"))
import oracle  # noqa: E402, F401


shown = oracle.shown
