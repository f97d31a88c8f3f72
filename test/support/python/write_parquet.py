"""Writes the rows of two public data sets' forms with pyarrow: argument {"directory"}; prints {"pyarrow", "files"}."""

import json
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq

directory = json.loads(sys.argv[1])["directory"]
flags = ["harassment", "harassment/threatening", "sexual"]
moderation = pa.list_(
    pa.struct(
        [
            ("categories", pa.struct([(flag, pa.bool_()) for flag in flags])),
            ("category_scores", pa.struct([(flag, pa.float64()) for flag in flags])),
            ("flagged", pa.bool_()),
        ]
    )
)
lmsys = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("model", pa.string()),
        ("conversation", pa.list_(pa.struct([("content", pa.string()), ("role", pa.string())]))),
        ("turn", pa.int64()),
        ("language", pa.string()),
        ("openai_moderation", moderation),
        ("redacted", pa.bool_()),
    ]
)
wildchat = pa.schema(
    [
        ("conversation_hash", pa.string()),
        ("model", pa.string()),
        ("timestamp", pa.timestamp("us", tz="UTC")),
        (
            "conversation",
            pa.list_(
                pa.struct(
                    [
                        ("content", pa.string()),
                        ("country", pa.string()),
                        ("hashed_ip", pa.string()),
                        ("header", pa.struct([("accept-language", pa.string()), ("user-agent", pa.string())])),
                        ("language", pa.string()),
                        ("redacted", pa.bool_()),
                        ("role", pa.string()),
                        ("state", pa.string()),
                        ("timestamp", pa.timestamp("us", tz="UTC")),
                        ("toxic", pa.bool_()),
                        ("turn_identifier", pa.int64()),
                    ]
                )
            ),
        ),
        ("turn", pa.int64()),
        ("language", pa.string()),
        ("toxic", pa.bool_()),
        ("redacted", pa.bool_()),
        ("state", pa.string()),
        ("country", pa.string()),
        ("hashed_ip", pa.string()),
        ("header", pa.struct([("accept-language", pa.string()), ("user-agent", pa.string())])),
    ]
)


def verdict(flagged):
    return {
        "categories": {flag: flagged and flag == "harassment" for flag in flags},
        "category_scores": {flag: 0.25 for flag in flags},
        "flagged": flagged,
    }


def lmsys_row(index):
    turns = index % 3 + 1
    return {
        "conversation_id": f"lmsys-{index}",
        "model": ["vicuna-13b", "koala-13b"][index // 4 % 2],
        "conversation": [
            {"content": f"{role} {index}.{turn} ü 你好 🦙", "role": role}
            for turn in range(turns)
            for role in ("user", "assistant")
        ],
        "turn": turns,
        "language": ["English", "German"][index % 2],
        "openai_moderation": [verdict(index == 2)] * (2 * turns),
        "redacted": index == 3,
    }


def wildchat_row(index):
    header = {"accept-language": "en", "user-agent": "made up"}
    return {
        "conversation_hash": f"wild-{index}",
        "model": "gpt-4-0314",
        "timestamp": 1681234567000000 + index,
        "conversation": [
            {
                "content": f"{role} {index}",
                "country": "Finland",
                "hashed_ip": "00ff",
                "header": header if role == "user" else None,
                "language": "English",
                "redacted": False,
                "role": role,
                "state": None,
                "timestamp": 1681234567000000 if role == "assistant" else None,
                "toxic": False,
                "turn_identifier": index,
            }
            for role in ("user", "assistant")
        ],
        "turn": 1,
        "language": "English",
        "toxic": index == 1,
        "redacted": False,
        "state": None,
        "country": "Finland",
        "hashed_ip": "00ff",
        "header": header,
    }


files = {}
for codec in ["snappy", "zstd", "gzip", "brotli", "none"]:
    for name, schema, row in [("lmsys", lmsys, lmsys_row), ("wildchat", wildchat, wildchat_row)]:
        path = os.path.join(directory, f"{name}-{codec}.parquet")
        table = pa.Table.from_pylist([row(index) for index in range(12)], schema=schema)
        pq.write_table(table, path, row_group_size=4, compression=codec)
        files[f"{name}-{codec}"] = path
print(json.dumps({"pyarrow": pa.__version__, "files": files}))
