"""The schema and the loader say yes and no to the same files.

Usage: schema_agreement.py SCHEMA FOLDER INSIGHTD
"""
import json
import pathlib
import subprocess
import sys

import jsonschema
import yaml

schema_file, folder, insightd = sys.argv[1:]
validator = jsonschema.Draft7Validator(json.load(open(schema_file)))
files = sorted(pathlib.Path(folder).glob("*.yaml"))
assert len(files) >= 10, f"no files in {folder}"
wrong = 0
for file in files:
    by_schema = validator.is_valid(yaml.safe_load(file.read_text()))
    by_loader = subprocess.run([insightd, "check", "--config", file], capture_output=True).returncode
    expected = file.name.startswith("valid_")
    good = by_schema == expected and by_loader == (0 if expected else 78)
    wrong += not good
    print("ok  " if good else "FAIL", file.name, "schema:", by_schema, "loader:", by_loader)
sys.exit(wrong)
