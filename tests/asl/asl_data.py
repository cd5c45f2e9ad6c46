"""Where the definitions of others are, that several tests here are held to."""

import os
from pathlib import Path

SHARED = Path(os.environ.get("COURSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FILES = sorted((SHARED / "asl").glob("*.json"))
WHY_NOT = f"the shared test data is not at {SHARED} (COURSE_SHARED says where it is)"
