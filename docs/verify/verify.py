#!/usr/bin/env python3
"""Check a household's proof against the code on the posted sheet. Plain Python 3, no network, nothing of the portal.

用法 usage:  python3 verify.py 证明.json "查验码或校验码 code or hash from the sheet"
"""

import hashlib
import json
import sys


class Wrong(Exception):
    """The proof does not hold, and why."""


def need(holds, chinese, english):
    if not holds:
        raise Wrong(chinese + " / " + english)


def sha(prefix, content):
    return hashlib.sha256(bytes([prefix]) + content).digest()


def plain(value):  # the one way in which a record is written down
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def size(fen):
    need(type(fen) is int and 0 <= fen < 2**64, "金额不对", "not an amount")
    return fen.to_bytes(8, "big")


def packed(node):
    return node[0] + size(node[1]) + size(node[2])


def join_sums(left, right):  # a parent commits to the sums of both its children
    return sha(3, packed(left) + packed(right)), left[1] + right[1], left[2] + right[2]


def climb(node, index, count, path, join):
    """From a leaf up to the root of a tree of `count` leaves (RFC 6962)."""
    need(type(index) is int and type(count) is int and 0 <= index < count, "没有这个位置", "no such place")
    path = list(path)
    while count > 1:
        if index % 2 or index + 1 < count:
            need(path, "路径太短", "the path is too short")
            beside = path.pop(0)
            node = join(beside, node) if index % 2 else join(node, beside)
        index, count = index // 2, (count + 1) // 2
    need(not path, "路径太长", "the path is too long")
    return node


def check(proof, typed):
    """What the proof says of one household; raises Wrong where it does not lead to the typed code."""
    leaves, payments, content = [part["leaf"] for part in proof["parts"]], proof["payments"], proof["content"]
    need(len({(leaf["household"], leaf["door"]) for leaf in leaves}) == 1, "不是同一户", "not one household")
    need(len({leaf["part"] for leaf in leaves}) == len(leaves), "同一份算了两次", "a part counted twice")
    root = bytes.fromhex(payments["root"]), payments["paid"], payments["back"]
    for part in proof["parts"]:
        node = sha(2, plain(part["leaf"])), part["leaf"]["paid"], part["leaf"]["back"]
        path = [(bytes.fromhex(hashed), paid, back) for hashed, paid, back in part["path"]]
        node = climb(node, part["index"], payments["count"], path, join_sums)
        need(packed(node) == packed(root), "这一户的钱不在总数里", "the household's money is not in the sum")
    line = proof["line"]
    node = sha(0, plain([line["section"], line["position"], line["cells"]]))
    path = map(bytes.fromhex, line["path"])
    node = climb(node, line["index"], proof["lines"]["count"], path, lambda left, right: sha(1, left + right))
    need(node.hex() == proof["lines"]["root"], "公示里没有这一行", "no such line on the sheet")
    total = yuan(payments["paid"] - payments["back"])
    received = json.loads(line["cells"])["received"] if line["section"] == 5 else None
    need(received == total, "总数和公示第五部分不一样", "not the sum in section 5 of the sheet")
    need(content["lines"] == proof["lines"] and content["payments"] == payments, "两个根不一样", "other roots")
    both = sha(4, plain({"lines": proof["lines"], "payments": payments})).hex()
    need(content["root"] == both, "总根不对", "wrong root")
    published = proof["published"]
    need(published["content"] == hashlib.sha256(plain(content)).hexdigest(), "内容被改过", "content changed")
    whole = hashlib.sha256(plain(published)).hexdigest()
    number = int(whole[:15], 16)
    code = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> shift & 31] for shift in range(55, -1, -5))
    typed = "".join(typed.upper().split()).replace("-", "").translate(str.maketrans("OIL", "011"))
    need(typed in (code, whole.upper()), "和墙上的码不一样", "not the code on the sheet")
    own = yuan(sum(leaf["paid"] - leaf["back"] for leaf in leaves))
    return content["head"]["title"], leaves[0]["door"], own, total


def yuan(fen):
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            title, door, own, total = check(json.load(file), sys.argv[2])
    except (Wrong, LookupError, TypeError, ValueError, AttributeError, OSError) as reason:
        sys.exit(f"不对 WRONG: {reason}")
    print(f"对 OK: {title}\n{door}  {own} 元 yuan，在 included in {total} 元 yuan")  # noqa: T201 a program by itself
