"""FastChat's cleaner, one process, one round for every line on standard input.

    python clean_sharegpt.py FASTCHAT_CHECKOUT FILE.json...

Its own run shares the records among all cores; one core is what is measured here, for both sides.
"""

import contextlib
import io
import json
import sys
import time
import warnings

checkout, *files = sys.argv[1:]
sys.path.insert(0, checkout)
warnings.simplefilter("ignore")
try:
    from fastchat.data.clean_sharegpt import clean_html_one_sample
except ImportError as error:
    print(json.dumps({"missing": str(error)}), flush=True)
    sys.exit()

records = [record for file in files for record in json.load(open(file, encoding="utf-8"))]
print(json.dumps({"records": len(records)}), flush=True)
for _ in sys.stdin:
    # It changes the records it is given.
    fresh = [
        {"id": record["id"], "conversations": [dict(turn) for turn in record["conversations"]]}
        for record in records
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        started = time.perf_counter()
        codes = [clean_html_one_sample(record)[1] for record in fresh]
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "kept": codes.count(0)}), flush=True)
