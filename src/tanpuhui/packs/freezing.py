"""``filed.lock``: the SHA-256 of each filed methodology folder. A filed version never changes.

One line per version, as ``sha256sum`` writes them: hash, two spaces, ``methodologies/<ID>/v<N>``.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from tanpuhui.packs.problems import PackError, PackProblem, Problems

LOCK = "filed.lock"
_LINE = re.compile(r"([0-9a-f]{64})  (methodologies/[A-Z0-9-]+/v[0-9]+)")


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files below the folder, in order of name."""
    total = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix().encode()
        content = file.read_bytes()
        total.update(len(name).to_bytes(8) + name + len(content).to_bytes(8) + content)
    return total.hexdigest()


def read_lock(root: Path, problems: Problems) -> dict[str, tuple[str, int]]:
    """Hash and line by folder; empty when nothing is filed."""
    file = root / LOCK
    if not file.exists():
        return {}
    found = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            message = (
                "这一行不是“哈希  文件夹”；请用 python -m tanpuhui.packs file 重新生成，不要手改。"
            )
            problems.add("lock_malformed", LOCK, number, message)
            continue
        found[match[2]] = (match[1], number)
    return found


def verify(root: Path, statuses: Mapping[str, str], problems: Problems) -> None:
    """Every filed version is locked and unchanged.

    Args:
        root: the pack's folder.
        statuses: status by folder (``methodologies/<ID>/v<N>``) of all versions read.
        problems: receives every flaw.
    """
    locked = read_lock(root, problems)
    for folder, (digest, line) in locked.items():
        if not (root / folder).is_dir():
            problems.add(
                "filed_missing", LOCK, line, f"已备案的 {folder} 不见了；请恢复，备案版本不得删除。"
            )
        elif folder_digest(root / folder) != digest:
            message = f"已备案的 {folder} 被改动；请恢复原文，新规则请另建下一个版本。"
            problems.add("filed_changed", LOCK, line, message)
    for folder, status in statuses.items():
        if status == "filed" and folder not in locked:
            message = "状态是 filed，却没有锁定；请运行 python -m tanpuhui.packs file 加以锁定。"
            problems.add("filed_unlocked", f"{folder}/methodology.yaml", 1, message)


def lock_folder(root: Path, key: str, status: str) -> None:
    """Lock one version, such as ``HF-TR-002/v1``.

    Raises:
        PackError: ``filed_status`` if it is not ``filed``, ``filed_changed`` if locked otherwise.
    """
    folder = f"methodologies/{key}"
    if status != "filed":
        message = f"状态是 {status}，还不能锁定；请先完成备案，并把 status 改为 filed。"
        raise PackError([PackProblem(f"{folder}/methodology.yaml", 1, "filed_status", message)])
    problems = Problems()
    locked = read_lock(root, problems)
    problems.require_none()
    digest = folder_digest(root / folder)
    known = locked.get(folder)
    if known is not None and known[0] != digest:
        message = f"{folder} 早已锁定且内容不同；请恢复原文，新规则请另建下一个版本。"
        raise PackError([PackProblem(LOCK, known[1], "filed_changed", message)])
    hashes = {name: value for name, (value, _) in locked.items()} | {folder: digest}
    lines = "".join(f"{value}  {name}\n" for name, value in sorted(hashes.items()))
    (root / LOCK).write_text(lines, encoding="utf-8")
