"""What an operator changes: environment variables, secrets, the settings file, the contact.

Source: docs/decisions/0090-operators-settings.md
"""

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from crawler.errors import ConfigError
from crawler.setting import SETTINGS, VARIABLES, nearest, setting_of

PREFIX = "KORDON_"
CREDENTIALS = "CREDENTIALS_DIRECTORY"  # systemd.exec(5), LoadCredential=
SETTINGS_FILE = "settings.toml"
CONTACT_FILE = "contact"

_KNOWN = {variable.name: variable for variable in VARIABLES}
_ADDRESSES_OF_SERVICES = re.compile(r"KORDON_(\w+_)?(SERVICE_HOST|SERVICE_PORT|PORT)(_\w+)?")


# --- environment and secrets -----------------------------------------------------------------


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the known variables that are set, secrets read from where they lie.

    A secret `X` may stand in `X`, in the file that `X_FILE` names, or in the systemd credential
    of its name in small letters with hyphens (`kordon-redis-url`).

    Raises:
        ConfigError: A variable is unknown, a file cannot be read, or two places give one secret.
    """
    for name in environ:
        if name.startswith(PREFIX):
            _check_known(name)
    return {name: value for name in _KNOWN if (value := _value(name, environ))}


def _check_known(name: str) -> None:
    secret = _KNOWN.get(name.removesuffix("_FILE"))
    if name in _KNOWN or (secret and secret.secret) or _ADDRESSES_OF_SERVICES.fullmatch(name):
        return  # Kubernetes gives every container the addresses of a service called kordon
    if setting_of(name.removeprefix(PREFIX)):
        raise ConfigError(
            f"{name} is not read from the environment",
            f"write {name.removeprefix(PREFIX)} into {SETTINGS_FILE}",
        )
    meant = nearest(name, _KNOWN)
    raise ConfigError(
        f"there is no variable {name}",
        f"write {meant}" if meant else f"known are {_listed(_KNOWN)}",
    )


def _value(name: str, environ: Mapping[str, str]) -> str:
    places = {name: environ.get(name, "")}
    if _KNOWN[name].secret:
        places |= _read_from(f"{name}_FILE", environ.get(f"{name}_FILE", ""))
        places |= _read_from_credentials(name, environ.get(CREDENTIALS, ""))
    given = {place: value for place, value in places.items() if value}
    if len(set(given.values())) > 1:
        raise ConfigError(f"{_listed(given)} give {name} different values", "keep one of them")
    return next(iter(given.values()), "")


def _read_from(place: str, path: str) -> dict[str, str]:
    return {place: _contents(place, Path(path))} if path else {}


def _read_from_credentials(name: str, directory: str) -> dict[str, str]:
    credential = name.lower().replace("_", "-")
    path = Path(directory, credential)
    if not directory or not path.exists():
        return {}
    return {f"the credential {credential}": _contents(f"the credential {credential}", path)}


def _contents(place: str, path: Path) -> str:
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(
            f"{place} names {path}, which cannot be read ({why})", "give a readable file"
        ) from error
    if not text or not text.isprintable():
        raise ConfigError(f"{place} names {path}, which is not one line of text", "mend the file")
    return text


def home_of(given: Mapping[str, str]) -> Path:
    """Return the directory below which Kordon writes; it need not be there yet.

    Raises:
        ConfigError: Something else is there.
    """
    given_home = given.get("KORDON_HOME", "")
    home = Path(given_home).expanduser().absolute() if given_home else user_state_path("kordon")
    if _is_there(home) and not home.is_dir():
        raise ConfigError(
            f"Kordon's home {home} is no directory", "set KORDON_HOME to a directory of yours"
        )
    return home


def _is_there(path: Path) -> bool:
    with suppress(OSError):  # what cannot be entered is told of by who writes to it
        return path.exists()
    return False


# --- the settings file -----------------------------------------------------------------------


def settings_file(given: Mapping[str, str]) -> Path | None:
    """Return the operator's file: the one named, which must be there, or the home's, if it is.

    Raises:
        ConfigError: The file that KORDON_SETTINGS names is missing, or something else is there.
    """
    named = given.get("KORDON_SETTINGS", "")
    path = Path(named).expanduser() if named else home_of(given) / SETTINGS_FILE
    with suppress(OSError):  # a home that cannot be entered is told of by who writes to it
        if path.is_file():
            return path
    if named:
        raise ConfigError(f"KORDON_SETTINGS names {path}, which is no file", "mend the path")
    if _is_there(path):
        raise ConfigError(f"the settings file {path} is no file", "move away what is there")
    return None


def changed_settings(path: Path) -> dict[str, Any]:
    """Return the settings an operator's TOML file changes, each of the right kind and range.

    Raises:
        ConfigError: The file cannot be read, or holds a name or value that cannot be used.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(
            f"the settings file {path} cannot be read ({why})", "write lines such as RETRIES = 3"
        ) from error
    return {name: _changed(path, name, value) for name, value in table.items()}


def _changed(path: Path, name: str, value: object) -> object:
    setting = setting_of(name)
    if setting is None:
        raise _unknown(path, name)
    try:
        return setting.checked(value)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.problem}", error.remedy) from error


def _unknown(path: Path, name: str) -> ConfigError:
    if name.startswith(PREFIX) and name in _KNOWN:
        return ConfigError(f"{path}: {name} is read from the environment alone", f"export {name}")
    meant = nearest(name, [setting.name for setting in SETTINGS])
    return ConfigError(
        f"{path}: there is no setting {name}",
        f"write {meant}" if meant else "see kordon settings list",
    )


# --- the contact -----------------------------------------------------------------------------


def contact_of(text: str) -> str:
    """Return a contact that can stand in a User-Agent.

    Raises:
        ConfigError: It is neither a mail address nor a web page.
    """
    if not re.fullmatch(r"(https?://|[\w.+-]+@)[\w./~%?&=:@+-]+\.[\w./~%?&=:@+-]+", text, re.ASCII):
        raise ConfigError(
            f"the contact {text!r} is no address",
            "give news@example.org or https://example.org/bot",
        )
    return text


def remembered_contact(home: Path) -> str | None:
    """Return the contact given when Kordon asked; empty when none was, None when never asked."""
    try:
        return (home / CONTACT_FILE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def remember_contact(home: Path, contact: str) -> None:
    """Keep the operator's answer, so that they are asked once.

    Raises:
        ConfigError: The home cannot be written to.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / CONTACT_FILE).write_text(contact + "\n", "utf-8")
    except OSError as error:
        raise ConfigError(
            f"{error.filename or home} cannot be used ({error.strerror})",
            "set KORDON_HOME to a directory of yours on a local disk with room to write",
        ) from error


def operators_contact(settings: Mapping[str, Any], given: Mapping[str, str]) -> str:
    """Return the contact: the variable's, else the setting's, else the remembered one."""
    own = given.get("KORDON_CONTACT") or settings["CONTACT"]
    contact = own or remembered_contact(home_of(given))
    return contact_of(contact) if contact else ""


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names)
